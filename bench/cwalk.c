/*
 * cwalk reads every directory below DIR and counts files and directories. That is
 * the minimum that any walker with the same number of threads has to do, and the
 * baseline for `list`. It builds no paths, matches no patterns, sorts nothing and
 * prints two numbers.
 *
 *	cwalk DIR [THREADS]
 *
 * Directories are opened by name relative to their parent's descriptor, which
 * stays open until its last child is opened, and read with getdents64(2).
 * Each thread has its own stack, and gives the older half away only when another
 * thread has run out of work. d_type is used if the file system sets it, otherwise
 * fstatat(2). File system boundaries are not detected. Any error ends the program
 * with status 1.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BUFFER = 32 * 1024, ARENA = 256 * 1024, MOST_THREADS = 64 };

/* An entry in the buffer that getdents64(2) fills. */
struct record {
	unsigned long long ino;
	long long off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* A directory that was found. refs counts the directory itself until it is read,
 * and its children that are not opened yet; at zero the descriptor is closed. */
struct dir {
	struct dir *parent;
	int fd;
	atomic_int refs;
	char name[];
};

struct stack {
	struct dir **items;
	size_t len, cap;
};

struct worker {
	pthread_t thread;
	struct stack todo;
	char *arena;
	size_t arena_left;
	unsigned long long files, dirs;
	char buffer[BUFFER] __attribute__((aligned(8)));
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct stack given;  /* work that busy threads gave away */
	atomic_int hungry;   /* threads that wait for work */
	int threads;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };

static void die(const char *what)
{
	fprintf(stderr, "cwalk: error: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void push(struct stack *s, struct dir *d)
{
	if (s->len == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 1024;
		s->items = realloc(s->items, s->cap * sizeof *s->items);
		if (!s->items)
			die("grow stack");
	}
	s->items[s->len++] = d;
}

/* Nodes are never freed: that would cost more than it saves. */
static struct dir *found(struct worker *w, struct dir *parent, const char *name)
{
	size_t size = sizeof(struct dir) + strlen(name) + 1;
	size = (size + 7) & ~(size_t)7;
	if (size > w->arena_left) {
		w->arena = malloc(ARENA);
		if (!w->arena)
			die("allocate");
		w->arena_left = ARENA;
	}
	struct dir *d = (struct dir *)w->arena;
	w->arena += size;
	w->arena_left -= size;
	d->parent = parent;
	atomic_init(&d->refs, 1);
	strcpy(d->name, name);
	return d;
}

static void release(struct dir *d)
{
	if (atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) == 1)
		close(d->fd);
}

static unsigned char kind_of(int fd, const struct record *r)
{
	struct stat st;
	if (r->type != DT_UNKNOWN)
		return r->type;
	if (fstatat(fd, r->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		die(r->name);
	return S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_UNKNOWN;
}

static void read_dir(struct worker *w, struct dir *d)
{
	d->fd = openat(d->parent ? d->parent->fd : AT_FDCWD, d->name,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->fd < 0)
		die(d->name);
	if (d->parent)
		release(d->parent);
	w->dirs++;
	for (;;) {
		long n = syscall(SYS_getdents64, d->fd, w->buffer, BUFFER);
		if (n < 0)
			die(d->name);
		if (n == 0)
			break;
		for (long at = 0; at < n;) {
			struct record *r = (struct record *)(w->buffer + at);
			at += r->len;
			unsigned char kind = kind_of(d->fd, r);
			if (kind == DT_REG) {
				w->files++;
			} else if (kind == DT_DIR && strcmp(r->name, ".") && strcmp(r->name, "..")) {
				atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
				push(&w->todo, found(w, d, r->name));
			}
		}
	}
	release(d);
}

/* give gives away the older half of the stack. It is nearer to the top of the tree,
 * so it is probably the larger half of the work. */
static void give(struct worker *w)
{
	size_t half = w->todo.len / 2;
	pthread_mutex_lock(&shared.lock);
	for (size_t i = 0; i < half; i++)
		push(&shared.given, w->todo.items[i]);
	pthread_cond_signal(&shared.more);
	pthread_mutex_unlock(&shared.lock);
	w->todo.len -= half;
	memmove(w->todo.items, w->todo.items + half, w->todo.len * sizeof *w->todo.items);
}

/* take waits for work, and returns whether there was any left. */
static int take(struct worker *w)
{
	pthread_mutex_lock(&shared.lock);
	atomic_fetch_add(&shared.hungry, 1);
	while (shared.given.len == 0 && atomic_load(&shared.hungry) < shared.threads)
		pthread_cond_wait(&shared.more, &shared.lock);
	int any = shared.given.len > 0;
	if (any) {
		while (shared.given.len > 0)
			push(&w->todo, shared.given.items[--shared.given.len]);
		atomic_fetch_sub(&shared.hungry, 1);
	} else {
		pthread_cond_broadcast(&shared.more);
	}
	pthread_mutex_unlock(&shared.lock);
	return any;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	do {
		while (w->todo.len > 0) {
			read_dir(w, w->todo.items[--w->todo.len]);
			if (w->todo.len > 1 && atomic_load_explicit(&shared.hungry, memory_order_relaxed))
				give(w);
		}
	} while (take(w));
	return NULL;
}

int main(int argc, char **argv)
{
	struct rlimit files;
	unsigned long long found_files = 0, found_dirs = 0;

	shared.threads = argc == 3 ? atoi(argv[2]) : 2;
	if (argc < 2 || argc > 3 || shared.threads < 1 || shared.threads > MOST_THREADS) {
		fprintf(stderr, "usage: cwalk DIR [THREADS]\n");
		return 2;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	struct worker *workers = calloc(shared.threads, sizeof *workers);
	if (!workers)
		die("allocate");
	push(&workers[0].todo, found(&workers[0], NULL, argv[1]));
	for (int i = 1; i < shared.threads; i++)
		if ((errno = pthread_create(&workers[i].thread, NULL, work, &workers[i])) != 0)
			die("start thread");
	work(&workers[0]);
	for (int i = 0; i < shared.threads; i++) {
		if (i > 0)
			pthread_join(workers[i].thread, NULL);
		found_files += workers[i].files;
		found_dirs += workers[i].dirs;
	}
	printf("%llu files, %llu directories\n", found_files, found_dirs);
	return 0;
}
