// Opens and closes a file 200,000 times: only calls that a tracer stops.
#include <fcntl.h>
#include <unistd.h>

int main(void) {
	for (int i = 0; i < 200000; i++) {
		int fd = open("/etc/passwd", O_RDONLY);
		if (fd < 0 || close(fd) != 0) return 1;
	}
	return 0;
}
