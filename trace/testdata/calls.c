// Makes each system call that takes a path, usually several times: with an absolute path, relative
// to the working directory, and relative to a descriptor. Results are ignored. The tests compare
// the paths of the tracer with those of strace.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

#define CALL(name, ...) call(#name, SYS_##name, __VA_ARGS__)

static void call(const char *name, long nr, ...) {
	(void)name;
	long a[6];
	__builtin_va_list list;
	__builtin_va_start(list, nr);
	for (int i = 0; i < 6; i++) a[i] = __builtin_va_arg(list, long);
	__builtin_va_end(list);
	syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#define P(text) ((long)(text))
#define Z 0L, 0L, 0L, 0L, 0L, 0L

static char buf[4096];

static void old_calls(void) {
#ifdef SYS_open
	CALL(open, P("open-read"), (long)O_RDONLY, Z);
	CALL(open, P("./open//write"), (long)(O_WRONLY | O_CREAT), 0644L, Z);
	CALL(open, P("open-rw"), (long)(O_RDWR | O_CREAT | O_TRUNC), 0644L, Z);
	CALL(creat, P("creat"), 0644L, Z);
	CALL(stat, P("stat"), P(buf), Z);
	CALL(lstat, P("lstat"), P(buf), Z);
	CALL(access, P("access"), 4L, Z);
	CALL(readlink, P("readlink"), P(buf), 100L, Z);
	CALL(mkdir, P("mkdir"), 0755L, Z);
	CALL(rmdir, P("mkdir"), Z);
	CALL(link, P("creat"), P("link"), Z);
	CALL(symlink, P("the target is text"), P("symlink"), Z);
	CALL(rename, P("link"), P("renamed"), Z);
	CALL(unlink, P("renamed"), Z);
	CALL(mknod, P("mknod"), (long)(S_IFREG | 0644), 0L, Z);
	CALL(chmod, P("mknod"), 0600L, Z);
	CALL(chown, P("mknod"), -1L, -1L, Z);
	CALL(lchown, P("symlink"), -1L, -1L, Z);
	CALL(utime, P("utime"), 0L, Z);
	CALL(utimes, P("utimes"), 0L, Z);
	CALL(futimesat, (long)AT_FDCWD, P("futimesat"), 0L, Z);
#endif
	CALL(truncate, P("truncate"), 0L, Z);
	CALL(statfs, P("."), P(buf), Z);
	CALL(chdir, P("sub"), Z);
	CALL(openat, (long)AT_FDCWD, P("in-sub"), (long)O_RDONLY, 0L, Z);
	CALL(chdir, P(".."), Z);
	CALL(getxattr, P("getxattr"), P("user.a"), P(buf), 10L, Z);
	CALL(lgetxattr, P("lgetxattr"), P("user.a"), P(buf), 10L, Z);
	CALL(setxattr, P("setxattr"), P("user.a"), P("v"), 1L, 0L, Z);
	CALL(lsetxattr, P("lsetxattr"), P("user.a"), P("v"), 1L, 0L, Z);
	CALL(listxattr, P("listxattr"), P(buf), 10L, Z);
	CALL(llistxattr, P("llistxattr"), P(buf), 10L, Z);
	CALL(removexattr, P("removexattr"), P("user.a"), Z);
	CALL(lremovexattr, P("lremovexattr"), P("user.a"), Z);
	CALL(acct, P("acct-nowhere"), Z);
	CALL(swapoff, P("swapoff"), Z);
	CALL(umount2, P("umount"), 0L, Z);
	CALL(mount, P("mount-from"), P("mount-at"), 0L, (long)MS_BIND, 0L, Z);
	CALL(pivot_root, P("pivot-new"), P("pivot-old"), Z);
}

static void at_calls(int dir) {
	CALL(openat, (long)dir, P("openat"), (long)(O_WRONLY | O_CREAT | O_EXCL), 0644L, Z);
	CALL(openat, (long)dir, P("openat-path"), (long)O_PATH, 0L, Z);
	CALL(openat, (long)dir, P("."), (long)(O_TMPFILE | O_RDWR), 0644L, Z);
	struct { unsigned long long flags, mode, resolve; } how = {O_RDWR | O_CREAT, 0644, 0};
	CALL(openat2, (long)dir, P("openat2"), P(&how), (long)sizeof how, Z);
	how.resolve = 0x10; // RESOLVE_IN_ROOT
	CALL(openat2, (long)dir, P("/in-root"), P(&how), (long)sizeof how, Z);
#ifdef SYS_newfstatat
	CALL(newfstatat, (long)dir, P("newfstatat"), P(buf), 0L, Z);
	CALL(newfstatat, (long)dir, P(""), P(buf), (long)AT_EMPTY_PATH, Z);
#endif
	CALL(statx, (long)dir, P("statx"), (long)AT_SYMLINK_NOFOLLOW, 0L, P(buf), Z);
	CALL(faccessat, (long)dir, P("faccessat"), 4L, Z);
	CALL(faccessat2, (long)dir, P("faccessat2"), 4L, (long)AT_EACCESS, Z);
	CALL(readlinkat, (long)dir, P("readlinkat"), P(buf), 100L, Z);
	CALL(mkdirat, (long)dir, P("mkdirat"), 0755L, Z);
	CALL(mknodat, (long)dir, P("mknodat"), (long)(S_IFREG | 0644), 0L, Z);
	CALL(symlinkat, P("text again"), (long)dir, P("symlinkat"), Z);
	CALL(linkat, (long)dir, P("mknodat"), (long)AT_FDCWD, P("linkat"), 0L, Z);
#ifdef SYS_renameat
	CALL(renameat, (long)AT_FDCWD, P("linkat"), (long)dir, P("renameat"), Z);
#endif
	CALL(renameat2, (long)dir, P("renameat"), (long)dir, P("renameat2"), 0L, Z);
	CALL(fchmodat, (long)dir, P("mknodat"), 0600L, Z);
	CALL(fchmodat2, (long)dir, P("mknodat"), 0600L, 0L, Z);
	CALL(fchownat, (long)dir, P("mknodat"), -1L, -1L, (long)AT_SYMLINK_NOFOLLOW, Z);
	CALL(utimensat, (long)dir, P("mknodat"), 0L, 0L, Z);
	CALL(utimensat, (long)dir, 0L, 0L, 0L, Z);
	CALL(unlinkat, (long)dir, P("renameat2"), 0L, Z);
	CALL(unlinkat, (long)dir, P("mkdirat"), (long)AT_REMOVEDIR, Z);
	CALL(name_to_handle_at, (long)dir, P("name_to_handle_at"), P(buf), P(buf + 100), 0L, Z);
	CALL(inotify_add_watch, 99L, P("inotify"), 1L, Z);
	CALL(execveat, (long)dir, P("execveat"), 0L, 0L, 0L, Z);
}

static void sockets(void) {
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	strcpy(a.sun_path, "socket");
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + strlen(a.sun_path) + 1;
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(s, (struct sockaddr *)&a, size);
	strcpy(a.sun_path, "nobody-listens");
	connect(s, (struct sockaddr *)&a, sizeof a);
	a.sun_path[0] = 0; // an abstract name
	connect(s, (struct sockaddr *)&a, sizeof a);
	close(s);
}

// Paths at the end of mapped memory, and in unmapped memory.
static void edges(void) {
	char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page + 4096, 4096);
	char *end = page + 4096 - sizeof "end-of-memory";
	strcpy(end, "end-of-memory");
	access(end, 0);
	char *over = page + 4096 - 4; // no NUL before the end: EFAULT
	memcpy(over, "over", 4);
	access(over, 0);
	access((char *)8, 0);
	char *two = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *cross = two + 4096 - 5;
	strcpy(cross, "across-two-pages");
	access(cross, 0);
	char *longer = malloc(5000);
	memset(longer, 'x', 4999);
	longer[4999] = 0;
	access(longer, 0);
	access("new\nline", 0);
	access("not \xff utf-8", 0);
}

int main(int argc, char **argv) {
	if (argc > 1 && chdir(argv[1]) != 0) {
		perror(argv[1]);
		return 1;
	}
	mkdir("sub", 0755);
	int dir = open("sub", O_RDONLY | O_DIRECTORY);
	old_calls();
	at_calls(dir);
	at_calls(AT_FDCWD);
	sockets();
	edges();
	fchdir(dir);
	access("after-fchdir", 0);
#if defined(__x86_64__) && defined(INT80)
	// int 0x80 from 64-bit code: the calls of i386, with pointers below 4 GiB. Without IA32
	// emulation in the kernel, it ends the program with SIGSEGV.
	char *low = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	strcpy(low, "int-0x80");
	long ret;
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(33 /* access */), "b"(low), "c"(0) : "memory", "r8", "r9", "r10", "r11");
#endif
	if (vfork() == 0) {
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	wait(NULL);
	return 0;
}
