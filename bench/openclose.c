// Opens and closes a file as often as the argument says: only calls that a tracer stops.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
	int times = argc > 1 ? atoi(argv[1]) : 200000;
	for (int i = 0; i < times; i++) {
		int fd = open("/etc/passwd", O_RDONLY);
		if (fd < 0 || close(fd) != 0) return 1;
	}
	return 0;
}
