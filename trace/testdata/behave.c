// Does one of several things that a tracer could disturb, and prints the result.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int spinning = 1;

static void *spin(void *arg) {
	(void)arg;
	while (spinning) access("/etc/passwd", 0);
	return NULL;
}

static void *exec_from_thread(void *arg) {
	usleep(20000);
	execl("/bin/echo", "echo", "executed by a thread", NULL);
	return arg;
}

static int threads(void) {
	pthread_t t;
	for (int i = 0; i < 8; i++) pthread_create(&t, NULL, spin, NULL);
	pthread_create(&t, NULL, exec_from_thread, NULL);
	pthread_join(t, NULL);
	return 1;
}

static void tick(int sig) { (void)sig; }

// Opens under a fast timer. With SA_RESTART no call may be interrupted.
static int timer(void) {
	struct sigaction act = {.sa_handler = tick, .sa_flags = SA_RESTART};
	sigaction(SIGALRM, &act, NULL);
	struct itimerval every = {{0, 100}, {0, 100}};
	setitimer(ITIMER_REAL, &every, NULL);
	int interrupted = 0;
	for (int i = 0; i < 5000; i++) {
		int fd = open("/etc/passwd", O_RDONLY);
		if (fd < 0 && errno == EINTR) interrupted++;
		if (fd >= 0) close(fd);
	}
	printf("%d interrupted\n", interrupted);
	return 0;
}

// Prints the status changes of a child that stops and continues.
static int stops(void) {
	pid_t child = fork();
	if (child == 0) {
		raise(SIGSTOP);
		access("/etc/hosts", 0);
		_exit(7);
	}
	int status;
	waitpid(child, &status, WUNTRACED);
	printf("stopped %d by %d\n", WIFSTOPPED(status), WIFSTOPPED(status) ? WSTOPSIG(status) : 0);
	kill(child, SIGCONT);
	waitpid(child, &status, WCONTINUED);
	printf("continued %d\n", WIFCONTINUED(status));
	if (!WIFEXITED(status)) waitpid(child, &status, 0);
	printf("exit %d\n", WEXITSTATUS(status));
	return 0;
}

// Starts a daemon that opens files later and then creates the given file.
static int daemonize(const char *file) {
	if (fork() > 0) _exit(5);
	setsid();
	if (fork() > 0) _exit(0);
	close(0);
	close(1);
	close(2);
	usleep(400000);
	int fd = open("/etc/services", O_RDONLY);
	close(open(file, O_WRONLY | O_CREAT, 0644));
	_exit(fd < 0);
}

static int filter(unsigned action) {
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {sizeof code / sizeof *code, code};
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) != 0) return 1;
	int failed = mkdir("/tmp/never-made", 0755);
	printf("mkdir %d errno %d\n", failed, errno);
	return access("/etc/hosts", 0);
}

static int child_opens(void *arg) {
	(void)arg;
	return open("/etc/hosts", O_RDONLY) < 0;
}

static int untraced(void) {
	static char stack[65536];
	int status;
	pid_t child = clone(child_opens, stack + sizeof stack, CLONE_UNTRACED | SIGCHLD, NULL);
	waitpid(child, &status, 0);
	printf("status %d\n", WEXITSTATUS(status));
	return 0;
}

static int undumpable(void) {
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	int fd = open("/etc/hosts", O_RDONLY);
	printf("fd %s\n", fd >= 0 ? "ok" : strerror(errno));
	return 0;
}

static int ring(void) {
	char params[256] = {0};
	long fd = syscall(SYS_io_uring_setup, 4, params);
	printf("io_uring %s\n", fd >= 0 ? "ok" : strerror(errno));
	return 0;
}

static int listener(void) {
	struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog prog = {1, code};
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
	printf("listener %s\n", fd >= 0 ? "ok" : strerror(errno));
	return 0;
}

// Many different paths.
static int many(const char *count) {
	char name[64];
	for (int i = 0; i < atoi(count); i++) {
		snprintf(name, sizeof name, "/nowhere/directory-%d/file-%d", i / 100, i);
		access(name, 0);
	}
	return 0;
}

int main(int argc, char **argv) {
	const char *what = argc > 1 ? argv[1] : "";
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(what, "threads")) return threads();
	if (!strcmp(what, "timer")) return timer();
	if (!strcmp(what, "stops")) return stops();
	if (!strcmp(what, "daemon")) return daemonize(argv[2]);
	if (!strcmp(what, "errno")) return filter(SECCOMP_RET_ERRNO | EXDEV);
	if (!strcmp(what, "kill")) return filter(SECCOMP_RET_KILL_PROCESS);
	if (!strcmp(what, "untraced")) return untraced();
	if (!strcmp(what, "undumpable")) return undumpable();
	if (!strcmp(what, "ring")) return ring();
	if (!strcmp(what, "listener")) return listener();
	if (!strcmp(what, "many")) return many(argv[2]);
	fprintf(stderr, "behave: %s?\n", what);
	return 99;
}
