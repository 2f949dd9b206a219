/* A library for LD_PRELOAD that lets operations on files below a folder fail, as a full, read-only or broken disk does.
 *
 * fail_disk(folder, first, count, error, log): operations are counted from 1; `count` of them, from the `first` on, fail with `error`
 * (errno). With first = 0 none fails. Each operation is written to the descriptor `log`, if it is not negative, as "operation path\n".
 * Counted are what changes files or names: open for writing, write, truncate, rename, link, symlink, mkdir, unlink, fsync.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char root[4096];
static atomic_long done;
static long from, until;
static int error_number, log_descriptor = -1;

void fail_disk(const char *folder, long first, long count, int error, int log) {
    snprintf(root, sizeof root, "%s/", folder);
    from = first;
    until = first + count;
    error_number = error;
    log_descriptor = log;
    atomic_store(&done, 0);
}

static int fails(const char *operation, const char *path) {
    if (!root[0] || !path || strncmp(path, root, strlen(root))) return 0;
    long number = atomic_fetch_add(&done, 1) + 1;
    if (log_descriptor >= 0) {
        char line[4200];
        int length = snprintf(line, sizeof line, "%s %s\n", operation, path + strlen(root));
        syscall(SYS_write, log_descriptor, line, (size_t)length);
    }
    if (from && number >= from && number < until) {
        errno = error_number;
        return 1;
    }
    return 0;
}

static int fd_fails(const char *operation, int descriptor) {
    char link[64], path[4096];
    if (!root[0] || descriptor == log_descriptor) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fails(operation, path);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define WRITES(flags) ((flags) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))
#define MODE(flags, mode) va_list list; va_start(list, flags); mode_t mode = (flags) & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; va_end(list)

int open(const char *path, int flags, ...) { REAL(open); MODE(flags, mode); return WRITES(flags) && fails("open", path) ? -1 : real(path, flags, mode); }
int open64(const char *path, int flags, ...) { REAL(open64); MODE(flags, mode); return WRITES(flags) && fails("open", path) ? -1 : real(path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { REAL(openat); MODE(flags, mode); return WRITES(flags) && fails("open", path) ? -1 : real(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { REAL(openat64); MODE(flags, mode); return WRITES(flags) && fails("open", path) ? -1 : real(folder, path, flags, mode); }
ssize_t write(int fd, const void *data, size_t size) { REAL(write); return fd_fails("write", fd) ? -1 : real(fd, data, size); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { REAL(pwrite); return fd_fails("write", fd) ? -1 : real(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { REAL(pwrite64); return fd_fails("write", fd) ? -1 : real(fd, data, size, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) { REAL(writev); return fd_fails("write", fd) ? -1 : real(fd, parts, count); }
ssize_t sendfile64(int out, int in, off64_t *at, size_t size) { static ssize_t (*real)(int, int, off64_t *, size_t); if (!real) real = dlsym(RTLD_NEXT, "sendfile64"); return fd_fails("write", out) ? -1 : real(out, in, at, size); }
ssize_t sendfile(int out, int in, off_t *at, size_t size) { static ssize_t (*real)(int, int, off_t *, size_t); if (!real) real = dlsym(RTLD_NEXT, "sendfile"); return fd_fails("write", out) ? -1 : real(out, in, at, size); }
ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t size, unsigned flags) { REAL(copy_file_range); return fd_fails("write", out) ? -1 : real(in, in_at, out, out_at, size, flags); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); return fd_fails("truncate", fd) ? -1 : real(fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); return fd_fails("truncate", fd) ? -1 : real(fd, size); }
int posix_fallocate(int fd, off_t at, off_t size) { REAL(posix_fallocate); return fd_fails("truncate", fd) ? error_number : real(fd, at, size); }
int fsync(int fd) { REAL(fsync); return fd_fails("fsync", fd) ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return fd_fails("fsync", fd) ? -1 : real(fd); }
int rename(const char *one, const char *other) { REAL(rename); return fails("rename", other) ? -1 : real(one, other); }
int renameat(int a, const char *one, int b, const char *other) { REAL(renameat); return fails("rename", other) ? -1 : real(a, one, b, other); }
int renameat2(int a, const char *one, int b, const char *other, unsigned flags) { REAL(renameat2); return fails("rename", other) ? -1 : real(a, one, b, other, flags); }
int symlink(const char *target, const char *path) { REAL(symlink); return fails("symlink", path) ? -1 : real(target, path); }
int link(const char *one, const char *other) { REAL(link); return fails("link", other) ? -1 : real(one, other); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); return fails("mkdir", path) ? -1 : real(path, mode); }
int unlink(const char *path) { REAL(unlink); return fails("unlink", path) ? -1 : real(path); }
