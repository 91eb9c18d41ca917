/*
 * A disk that can be watched and made to fail, for programs started with LD_PRELOAD.
 *
 * FAULTS_ROOT  the folder that counts; a real path
 * FAULTS_LOG   each change of a file below it, and each sync, is appended to this file
 * FAULTS_EIO   while this file exists, a sync of such a file fails with EIO
 * FAULTS_FULL  while this file exists, such a file does not grow: ENOSPC
 * FAULTS_ALL   set: in every program; else only in those whose binary is called java
 *
 * A change is made and logged under one lock, so the log has the order of the changes. Of a sync the
 * begin and the end are logged: what came before the begin is on the disk at the end. The log itself
 * outlives SIGKILL, as any written file does.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
  OPEN = 1, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, SYNC_FAILED, RENAME, UNLINK, MKDIR, RMDIR, LINK, ZERO, EXTEND, BLIND
};

struct record {
  uint32_t magic, kind;
  uint64_t inode, a, b;
  uint64_t length;
};

#define MAGIC 0x584c4654u
#define FILES 65536
#define SYNCED 2 /* opened with O_SYNC or O_DSYNC */

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char root[PATH_MAX];
static size_t root_length;
static const char *eio, *full;
static int log_fd = -1;
static unsigned char watched[FILES]; /* 1 or SYNCED for the descriptors of files below the root */
static uint64_t inodes[FILES];
static uint64_t tokens;

static void begin(void) {
  const char *folder = getenv("FAULTS_ROOT");
  char program[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
  if (!folder || n < 0) return;
  program[n] = 0;
  const char *name = strrchr(program, '/');
  if (!getenv("FAULTS_ALL") && strcmp(name ? name + 1 : program, "java") != 0) return;
  if (strlen(folder) >= sizeof root) return;
  strcpy(root, folder);
  eio = getenv("FAULTS_EIO");
  full = getenv("FAULTS_FULL");
  const char *log = getenv("FAULTS_LOG");
  if (log) log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  root_length = strlen(root);
}

static void init(void) { pthread_once(&once, begin); }

static int fails(const char *switch_file) {
  return switch_file && syscall(SYS_faccessat, AT_FDCWD, switch_file, F_OK) == 0;
}

static int is_watched(int fd) { return fd >= 0 && fd < FILES && watched[fd]; }

static void note2(enum kind kind, uint64_t inode, uint64_t a, uint64_t b, const struct iovec *parts, int count) {
  if (log_fd < 0) return;
  struct record head = {MAGIC, kind, inode, a, b, 0};
  struct iovec all[IOV_MAX];
  all[0].iov_base = &head;
  all[0].iov_len = sizeof head;
  for (int i = 0; i < count && i < IOV_MAX - 1; i++) {
    all[i + 1] = parts[i];
    head.length += parts[i].iov_len;
  }
  int saved = errno;
  if (syscall(SYS_writev, log_fd, all, count + 1) != (ssize_t)(sizeof head + head.length)) abort();
  errno = saved;
}

static void note(enum kind kind, uint64_t inode, uint64_t a, uint64_t b, const void *data, size_t length) {
  struct iovec part = {(void *)data, length};
  note2(kind, inode, a, b, &part, length > 0 ? 1 : 0);
}

/* The path as it stands below the root, or 0. Only textual: none of our engines uses links or dots. */
static int below(int at, const char *path, char *out) {
  char text[2 * PATH_MAX];
  if (!root_length || !path) return 0;
  if (path[0] == '/') {
    text[0] = 0;
  } else if (at == AT_FDCWD) {
    if (!getcwd(text, PATH_MAX)) return 0;
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t n = readlink(link, text, PATH_MAX - 1);
    if (n < 0) return 0;
    text[n] = 0;
  }
  size_t length = strlen(text);
  snprintf(text + length, sizeof text - length, "/%s", path);
  char *to = out;
  for (const char *from = text; *from; from++) {
    if (from[0] == '/' && (from[1] == '/' || from[1] == 0)) continue;
    if (from[0] == '/' && from[1] == '.' && (from[2] == '/' || from[2] == 0)) {
      from++;
      continue;
    }
    if (to - out >= PATH_MAX - 1) return 0;
    *to++ = *from;
  }
  *to = 0;
  return strncmp(out, root, root_length) == 0 && (out[root_length] == '/' || out[root_length] == 0);
}

static uint64_t inode_of(int fd, int *is_folder) {
  struct stat status;
  if (syscall(SYS_fstat, fd, &status) != 0) return 0;
  *is_folder = S_ISDIR(status.st_mode);
  return status.st_ino;
}

static int exists(const char *path) { return syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0; }

static void forget(int fd) {
  if (fd >= 0 && fd < FILES) watched[fd] = 0;
}

static int opened(int at, const char *path, int flags, mode_t mode) {
  init();
  char real[PATH_MAX];
  if (!below(at, path, real)) {
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    forget(fd);
    return fd;
  }
  pthread_mutex_lock(&lock);
  int fd;
  int was = exists(real);
  if (!was && (flags & O_CREAT) && fails(full)) {
    fd = -1;
    errno = ENOSPC;
  } else {
    fd = (int)syscall(SYS_openat, at, path, flags, mode);
  }
  if (fd >= FILES) abort();
  if (fd >= 0) {
    int saved = errno;
    watched[fd] = flags & O_DSYNC ? SYNCED : 1;
    int is_folder = 0;
    inodes[fd] = inode_of(fd, &is_folder);
    uint64_t how = (was ? 0 : 1) | (flags & O_TRUNC ? 2 : 0) | (is_folder ? 4 : 0);
    note(OPEN, inodes[fd], how, 0, real, strlen(real));
    errno = saved;
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define OPENER(name) \
  int name(const char *path, int flags, ...) { \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(list, mode_t) : 0; \
    va_end(list); \
    return opened(AT_FDCWD, path, flags, mode); \
  }
OPENER(open)
OPENER(open64)

#define OPENER_AT(name) \
  int name(int at, const char *path, int flags, ...) { \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(list, mode_t) : 0; \
    va_end(list); \
    return opened(at, path, flags, mode); \
  }
OPENER_AT(openat)
OPENER_AT(openat64)

int __open_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
  REAL(close);
  if (!is_watched(fd)) return real(fd);
  pthread_mutex_lock(&lock);
  forget(fd);
  int result = real(fd);
  pthread_mutex_unlock(&lock);
  return result;
}

/* closedir closes it behind our back, and its number may be a socket's next. */
DIR *fdopendir(int fd) {
  REAL(fdopendir);
  forget(fd);
  return real(fd);
}

static int copied(int from, int to) {
  if (to >= 0 && to < FILES) {
    watched[to] = is_watched(from) ? watched[from] : 0;
    inodes[to] = is_watched(from) ? inodes[from] : 0;
  }
  return to;
}

int dup(int fd) {
  REAL(dup);
  return copied(fd, real(fd));
}

int dup2(int from, int to) {
  REAL(dup2);
  return copied(from, real(from, to));
}

int dup3(int from, int to, int flags) {
  REAL(dup3);
  return copied(from, real(from, to, flags));
}

static void written(int fd, off_t at, ssize_t count, const struct iovec *parts, int number) {
  struct iovec kept[IOV_MAX];
  int used = 0;
  ssize_t left = count;
  for (int i = 0; i < number && left > 0 && used < IOV_MAX - 1; i++) {
    kept[used] = parts[i];
    if ((ssize_t)kept[used].iov_len > left) kept[used].iov_len = left;
    left -= kept[used++].iov_len;
  }
  if (left > 0) abort();
  note2(WRITE, inodes[fd], at, 0, kept, used);
  if (watched[fd] == SYNCED) {
    uint64_t token = ++tokens;
    note(SYNC_BEGIN, inodes[fd], token, 0, 0, 0);
    note(SYNC_END, inodes[fd], token, 0, 0, 0);
  }
}

/* at < 0: at the descriptor's position */
static ssize_t put(int fd, const struct iovec *parts, int count, off_t at) {
  pthread_mutex_lock(&lock);
  ssize_t result;
  if (fails(full) || (watched[fd] == SYNCED && fails(eio))) {
    errno = fails(full) ? ENOSPC : EIO;
    result = -1;
  } else if (at < 0) {
    result = syscall(SYS_writev, fd, parts, count);
    if (result > 0) written(fd, syscall(SYS_lseek, fd, 0, SEEK_CUR) - result, result, parts, count);
  } else {
    result = syscall(SYS_pwritev, fd, parts, count, (long)at, 0L);
    if (result > 0) written(fd, at, result, parts, count);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

ssize_t write(int fd, const void *data, size_t length) {
  if (!is_watched(fd)) {
    REAL(write);
    return real(fd, data, length);
  }
  struct iovec part = {(void *)data, length};
  return put(fd, &part, 1, -1);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_watched(fd)) {
    REAL(writev);
    return real(fd, parts, count);
  }
  return put(fd, parts, count, -1);
}

#define POSITIONED(name, offset) \
  ssize_t name(int fd, const void *data, size_t length, offset at) { \
    if (!is_watched(fd)) { \
      REAL(name); \
      return real(fd, data, length, at); \
    } \
    struct iovec part = {(void *)data, length}; \
    return put(fd, &part, 1, at); \
  }
POSITIONED(pwrite, off_t)
POSITIONED(pwrite64, off64_t)

#define POSITIONED_ALL(name, offset) \
  ssize_t name(int fd, const struct iovec *parts, int count, offset at) { \
    if (!is_watched(fd)) { \
      REAL(name); \
      return real(fd, parts, count, at); \
    } \
    return put(fd, parts, count, at); \
  }
POSITIONED_ALL(pwritev, off_t)
POSITIONED_ALL(pwritev64, off64_t)

static int cut_to(int fd, off_t size) {
  init();
  if (!is_watched(fd)) return (int)syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_ftruncate, fd, size);
  if (result == 0) note(TRUNCATE, inodes[fd], size, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t size) { return cut_to(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut_to(fd, size); }

static int cut_path(const char *path, off_t size) {
  int fd = opened(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return -1;
  int result = cut_to(fd, size);
  close(fd);
  return result;
}
int truncate(const char *path, off_t size) { return cut_path(path, size); }
int truncate64(const char *path, off64_t size) { return cut_path(path, size); }

static int reserved(int fd, int mode, off_t at, off_t length) {
  if (!is_watched(fd)) return (int)syscall(SYS_fallocate, fd, mode, at, length);
  pthread_mutex_lock(&lock);
  int result;
  if (!(mode & FALLOC_FL_PUNCH_HOLE) && fails(full)) {
    errno = ENOSPC;
    result = -1;
  } else {
    result = (int)syscall(SYS_fallocate, fd, mode, at, length);
  }
  if (result == 0 && (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)))
    note(BLIND, inodes[fd], 0, 0, "fallocate", 9);
  else if (result == 0 && (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)))
    note(ZERO, inodes[fd], at, length, 0, 0);
  if (result == 0 && !(mode & FALLOC_FL_KEEP_SIZE)) note(EXTEND, inodes[fd], at + length, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int fallocate(int fd, int mode, off_t at, off_t length) { return reserved(fd, mode, at, length); }
int fallocate64(int fd, int mode, off64_t at, off64_t length) { return reserved(fd, mode, at, length); }
int posix_fallocate(int fd, off_t at, off_t length) { return reserved(fd, 0, at, length) == 0 ? 0 : errno; }
int posix_fallocate64(int fd, off64_t at, off64_t length) { return reserved(fd, 0, at, length) == 0 ? 0 : errno; }

static int synced(int fd, long number) {
  if (!is_watched(fd)) return (int)syscall(number, fd);
  pthread_mutex_lock(&lock);
  uint64_t inode = inodes[fd];
  uint64_t token = ++tokens;
  note(SYNC_BEGIN, inode, token, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  int result = fails(eio) ? -1 : (int)syscall(number, fd);
  pthread_mutex_lock(&lock);
  note(result == 0 ? SYNC_END : SYNC_FAILED, inode, token, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  if (result != 0) errno = EIO;
  return result;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int sync_file_range(int fd, off64_t at, off64_t length, unsigned flags) {
  REAL(sync_file_range);
  if (is_watched(fd) && fails(eio)) {
    errno = EIO;
    return -1;
  }
  return real(fd, at, length, flags); /* promises nothing after a power cut, so it is not logged */
}

int msync(void *address, size_t length, int flags) {
  REAL(msync);
  if (fails(eio)) {
    errno = EIO;
    return -1;
  }
  return real(address, length, flags);
}

static int moved(int from_at, const char *from, int to_at, const char *to, unsigned flags, enum kind kind) {
  init();
  char paths[2 * PATH_MAX + 1];
  char target[PATH_MAX];
  int counts = below(from_at, from, paths) && below(to_at, to, target);
  pthread_mutex_lock(&lock);
  int result = kind == RENAME ? (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags)
                              : (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
  if (result == 0 && counts) {
    size_t length = strlen(paths) + 1;
    strcpy(paths + length, target);
    note(kind, 0, 0, 0, paths, length + strlen(target));
  }
  pthread_mutex_unlock(&lock);
  return result;
}
int rename(const char *from, const char *to) { return moved(AT_FDCWD, from, AT_FDCWD, to, 0, RENAME); }
int renameat(int a, const char *from, int b, const char *to) { return moved(a, from, b, to, 0, RENAME); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
  return moved(a, from, b, to, flags, RENAME);
}
int link(const char *from, const char *to) { return moved(AT_FDCWD, from, AT_FDCWD, to, 0, LINK); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return moved(a, from, b, to, flags, LINK); }

static int removed(int at, const char *path, int flags) {
  init();
  char real[PATH_MAX];
  int counts = below(at, path, real);
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_unlinkat, at, path, flags);
  if (result == 0 && counts) note(flags & AT_REMOVEDIR ? RMDIR : UNLINK, 0, 0, 0, real, strlen(real));
  pthread_mutex_unlock(&lock);
  return result;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return removed(at, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  int result = unlink(path);
  return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

static int folder(int at, const char *path, mode_t mode) {
  init();
  char real[PATH_MAX];
  int counts = below(at, path, real);
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_mkdirat, at, path, mode);
  struct stat status;
  if (result == 0 && counts && syscall(SYS_newfstatat, AT_FDCWD, real, &status, 0) == 0)
    note(MKDIR, status.st_ino, 0, 0, real, strlen(real));
  pthread_mutex_unlock(&lock);
  return result;
}
int mkdir(const char *path, mode_t mode) { return folder(AT_FDCWD, path, mode); }
int mkdirat(int at, const char *path, mode_t mode) { return folder(at, path, mode); }

/* Ways to write that are not seen. Whoever reads the log must know. */
static void blind(int fd, const char *how) {
  if (!is_watched(fd)) return;
  pthread_mutex_lock(&lock);
  note(BLIND, inodes[fd], 0, 0, how, strlen(how));
  pthread_mutex_unlock(&lock);
}

#define MAPPER(name, offset) \
  void *name(void *address, size_t length, int protection, int flags, int fd, offset at) { \
    if ((protection & PROT_WRITE) && (flags & MAP_TYPE) != MAP_PRIVATE) blind(fd, "mmap"); \
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, at); \
  }
MAPPER(mmap, off_t)
MAPPER(mmap64, off64_t)

#define SENDER(name, offset) \
  ssize_t name(int out, int in, offset *at, size_t length) { \
    blind(out, "sendfile"); \
    return syscall(SYS_sendfile, out, in, at, length); \
  }
SENDER(sendfile, off_t)
SENDER(sendfile64, off64_t)

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
  blind(out, "copy_file_range");
  return syscall(SYS_copy_file_range, in, from, out, to, length, flags);
}
