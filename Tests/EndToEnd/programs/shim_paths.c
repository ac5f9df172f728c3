// The driver's files by path, through every call of libc that looks at paths.
#include "shim_check.h"
#include <dirent.h>
#include <dlfcn.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

int __xstat(int, const char *, struct stat *);
int __lxstat(int, const char *, struct stat *);
int __fxstat(int, int, struct stat *);
int __fxstatat(int, int, const char *, struct stat *, int);

static void is_device(const struct stat *s, unsigned major_number, unsigned minor_number) {
  CHECK(S_ISCHR(s->st_mode) && (s->st_mode & 0777) == (major_number == 226 ? 0660 : 0600) && s->st_uid == geteuid());
  CHECK(major(s->st_rdev) == major_number && minor(s->st_rdev) == minor_number && s->st_size == 0);
}

static void status(void) {
  struct stat s, t;
  CHECK(stat("/dev/kfd", &s) == 0); is_device(&s, 242, 0);
  CHECK(lstat("/dev/dri/renderD128", &s) == 0); is_device(&s, 226, 128);
  CHECK(stat("//dev/./dri//renderD128", &s) == 0); is_device(&s, 226, 128);
  CHECK(fstatat(AT_FDCWD, "/dev/kfd", &s, 0) == 0); is_device(&s, 242, 0);
  CHECK(__xstat(1, "/dev/kfd", &s) == 0); is_device(&s, 242, 0);
  CHECK(__lxstat(1, "/dev/kfd", &s) == 0); is_device(&s, 242, 0);
  CHECK(__fxstatat(1, AT_FDCWD, "/dev/kfd", &s, 0) == 0); is_device(&s, 242, 0);
  int fd = open("/dev/dri/renderD128", O_RDWR | O_CLOEXEC);
  CHECK(fd >= 0 && fstat(fd, &s) == 0); is_device(&s, 226, 128);
  CHECK(__fxstat(1, fd, &s) == 0); is_device(&s, 226, 128);
  CHECK(fstatat(fd, "", &s, AT_EMPTY_PATH) == 0); is_device(&s, 226, 128);
  struct statx x;
  CHECK(statx(AT_FDCWD, "/dev/kfd", 0, STATX_BASIC_STATS, &x) == 0 && S_ISCHR(x.stx_mode) && x.stx_rdev_major == 242);
  CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x) == 0 && x.stx_rdev_major == 226 && x.stx_rdev_minor == 128);
  close(fd);
  CHECK(stat(TOPOLOGY, &s) == 0 && S_ISDIR(s.st_mode));
  CHECK(stat("/sys/devices/virtual/kfd/kfd/topology", &t) == 0 && s.st_ino == t.st_ino && s.st_dev == t.st_dev);
  CHECK(stat(TOPOLOGY "/generation_id", &s) == 0 && S_ISREG(s.st_mode) && s.st_size == 4096 && (s.st_mode & 0777) == 0444 && s.st_uid == 0);
  CHECK(lstat("/sys/class/kfd/kfd", &s) == 0 && S_ISLNK(s.st_mode));
  CHECK(stat("/sys/class/kfd/kfd", &s) == 0 && S_ISDIR(s.st_mode));
  CHECK(stat("/sys/dev/char/226:128/device/drm", &s) == 0 && S_ISDIR(s.st_mode));
  // What is not there is not there.
  CHECK(stat(TOPOLOGY "/nodes/77", &s) < 0 && errno == ENOENT);
  CHECK(stat(TOPOLOGY "/generation_id/x", &s) < 0 && errno == ENOTDIR);
  CHECK(stat("/dev/kfd2", &s) < 0 && errno == ENOENT);
  CHECK(open("/dev/dri/renderD190", O_RDWR) < 0 && errno == ENOENT);
  CHECK(open(TOPOLOGY "/generation_id", O_WRONLY) < 0 && errno == EACCES);
  CHECK(open(TOPOLOGY, O_RDWR) < 0 && errno == EISDIR);
  CHECK(open("/dev/kfd", O_RDWR | O_DIRECTORY) < 0 && errno == ENOTDIR);
  CHECK(open("/sys/class/kfd/kfd", O_RDONLY | O_NOFOLLOW) < 0 && errno == ELOOP);
}

static void access_and_links(void) {
  char text[PATH_MAX];
  CHECK(access("/dev/kfd", R_OK | W_OK) == 0 && access("/dev/kfd", X_OK) < 0 && errno == EACCES);
  CHECK(access("/dev/dri/renderD128", F_OK) == 0 && access("/dev/dri/card77", F_OK) < 0 && errno == ENOENT);
  CHECK(faccessat(AT_FDCWD, TOPOLOGY, R_OK | X_OK, AT_EACCESS) == 0 && euidaccess(TOPOLOGY, R_OK) == 0);
  ssize_t length = readlink("/sys/class/kfd/kfd", text, sizeof text);
  CHECK(length == 29 && memcmp(text, "../../devices/virtual/kfd/kfd", 29) == 0);
  CHECK(readlink("/sys/class/kfd/kfd", text, 5) == 5);
  CHECK(readlink("/dev/kfd", text, sizeof text) < 0 && errno == EINVAL);
  CHECK(realpath(TOPOLOGY "/nodes/../nodes/0/gpu_id", text) && !strcmp(text, "/sys/devices/virtual/kfd/kfd/topology/nodes/0/gpu_id"));
  char *made = realpath("/sys/dev/char/226:128/device/subsystem", NULL);
  CHECK(made && !strcmp(made, "/sys/bus/pci"));
  free(made);
  CHECK(!realpath(TOPOLOGY "/nodes/78", text) && errno == ENOENT);
}

static int numbered(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static void folders(void) {
  DIR *stream = opendir(TOPOLOGY "/nodes");
  CHECK(stream);
  CHECK(!strcmp(readdir(stream)->d_name, ".") && !strcmp(readdir(stream)->d_name, ".."));
  long place = telldir(stream);
  struct dirent *entry = readdir(stream);
  CHECK(entry && !strcmp(entry->d_name, "0") && entry->d_type == DT_DIR && entry->d_ino != 0);
  CHECK((entry = readdir64(stream) ? entry : NULL) && !strcmp(entry->d_name, "1"));
  errno = 77;
  CHECK(readdir(stream) == NULL && errno == 77);
  seekdir(stream, place);
  CHECK(!strcmp(readdir(stream)->d_name, "0"));
  rewinddir(stream);
  CHECK(!strcmp(readdir(stream)->d_name, "."));
  // A folder's descriptor is a place to start from.
  int fd = openat(dirfd(stream), "1/gpu_id", O_RDONLY);
  char text[64] = "";
  CHECK(fd >= 0 && read(fd, text, sizeof text) > 1 && atoi(text) != 0);
  struct stat s;
  CHECK(fstatat(dirfd(stream), "1", &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(s.st_mode));
  struct iovec parts[] = {{text, 2}, {text + 2, sizeof text - 2}};
  CHECK(lseek(fd, 0, SEEK_SET) == 0 && readv(fd, parts, 2) > 1 && atoi(text) != 0);
  CHECK(pread(fd, text, 1, 0) == 1 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, "x", 1) < 0 && errno == EBADF);
  close(fd);
  CHECK(closedir(stream) == 0);
  fd = open(TOPOLOGY, O_RDONLY | O_DIRECTORY);
  CHECK(fd >= 0 && (stream = fdopendir(fd)) && dirfd(stream) == fd && closedir(stream) == 0 && fcntl(fd, F_GETFD) < 0);
  CHECK(!opendir(TOPOLOGY "/nodes/79") && errno == ENOENT && !opendir("/dev/kfd") && errno == ENOTDIR);
  char entries[4096];
  fd = open(TOPOLOGY "/nodes", O_RDONLY | O_DIRECTORY);
  ssize_t size = getdents64(fd, entries, 56);            // room for two
  CHECK(size == 48 && !strcmp(((struct dirent *)entries)->d_name, "."));
  size = getdents64(fd, entries, sizeof entries);
  CHECK(size == 48 && !strcmp(((struct dirent *)(entries + 24))->d_name, "1") && getdents64(fd, entries, sizeof entries) == 0);
  close(fd);
  struct dirent **list;
  CHECK(scandir(TOPOLOGY "/nodes", &list, numbered, alphasort) == 2 && !strcmp(list[0]->d_name, "0") && !strcmp(list[1]->d_name, "1"));
  free(list[0]); free(list[1]); free(list);
  glob_t found;
  CHECK(glob(TOPOLOGY "/nodes/*/gpu_id", 0, NULL, &found) == 0 && found.gl_pathc == 2 && !strcmp(found.gl_pathv[1], TOPOLOGY "/nodes/1/gpu_id"));
  globfree(&found);
}

static void streams(void) {
  char line[256], whole[8192];
  FILE *file = fopen(TOPOLOGY "/nodes/1/properties", "r");
  CHECK(file && fgets(line, sizeof line, file) && !strncmp(line, "cpu_cores_count 0", 17));
  rewind(file);
  size_t count = fread(whole, 1, sizeof whole, file);
  CHECK(count > 500 && count < 4096 && feof(file));
  int number = fileno(file);
  CHECK(fclose(file) == 0 && fcntl(number, F_GETFD) < 0);
  CHECK(!fopen(TOPOLOGY "/nodes/80/properties", "r") && errno == ENOENT);
  CHECK(!fopen(TOPOLOGY "/generation_id", "w") && errno == EACCES);
  file = fopen("/dev/null", "r");
  number = fileno(file);
  CHECK(freopen(TOPOLOGY "/nodes/1/gpu_id", "r", file) == file && fileno(file) == number && fgets(line, sizeof line, file) && atoi(line) > 0);
  fclose(file);
  file = fopen64("/proc/modules", "re");
  int seen = 0;
  CHECK(file);
  while (fgets(line, sizeof line, file)) seen += !strncmp(line, "amdgpu ", 7) && strstr(line, " Live ");
  CHECK(seen == 1);
  fclose(file);
  file = fopen("/sys/module/amdgpu/initstate", "r");
  CHECK(file && fgets(line, sizeof line, file) && !strcmp(line, "live\n"));
  fclose(file);
}

static void mappings(void) {
  int fd = open("/dev/kfd", O_RDWR);
  uint64_t event[4] = {0, 0, 0, 0};       // kfd_ioctl_create_event_args
  CHECK(ioctl(fd, 0xc0204b08ul, event) == 0 && event[0] == 2ull << 62);
  char *place = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint64_t *page = mmap(place + 16384, 32768, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (off_t)(2ull << 62));
  CHECK((char *)page == place + 16384 && page[0] == ~0ull);
  CHECK(mmap(NULL, 32768, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENODEV);
  CHECK(madvise(page, 32768, MADV_DONTFORK) == 0 && munmap(page, 32768) == 0 && munmap(place, 65536) == 0);
  close(fd);
}

// Who takes the functions from libc by name finds the driver's files all the same.
static void by_name(void) {
  void *libc = dlopen("libc.so.6", RTLD_NOW);
  int (*opens)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(libc, "open64");
  void *(*maps)(void *, size_t, int, int, int, off_t) = (void *(*)(void *, size_t, int, int, int, off_t))dlsym(libc, "mmap");
  int (*statuses)(int, struct stat *) = (int (*)(int, struct stat *))dlsym(RTLD_DEFAULT, "fstat");
  CHECK(opens && maps && statuses && dlsym(libc, "no_such_function") == NULL && dlerror());
  CHECK(dlsym(libc, "strlen") != NULL && dlsym(RTLD_NEXT, "strlen") != NULL);
  int fd = opens("/dev/kfd", O_RDWR);
  struct stat s;
  CHECK(fd >= 0 && version_of(fd) == 1017 && statuses(fd, &s) == 0 && S_ISCHR(s.st_mode));
  CHECK(maps(NULL, 32768, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENODEV);
  close(fd);
}

// A working folder of the driver's is one: relative paths start there, and children inherit it.
static void working_folder(void) {
  char text[PATH_MAX], plain[PATH_MAX];
  struct stat s, t;
  CHECK(getcwd(plain, sizeof plain));
  CHECK(chdir(TOPOLOGY "/nodes") == 0);
  CHECK(getcwd(text, sizeof text) && !strcmp(text, "/sys/devices/virtual/kfd/kfd/topology/nodes"));
  CHECK(getcwd(text, 8) == NULL && errno == ERANGE);
  CHECK(stat("1/gpu_id", &s) == 0 && stat(TOPOLOGY "/nodes/1/gpu_id", &t) == 0 && s.st_ino == t.st_ino);
  CHECK(stat("../generation_id", &s) == 0 && access("7", F_OK) < 0 && errno == ENOENT);
  FILE *file = fopen("1/properties", "r");
  CHECK(file && fgets(text, sizeof text, file) && !strncmp(text, "cpu_cores_count 0", 17));
  fclose(file);
  int fd = open("./0/../1/gpu_id", O_RDONLY);
  CHECK(fd >= 0 && read(fd, text, sizeof text) > 1);
  close(fd);
  DIR *stream = opendir(".");
  CHECK(stream && readdir(stream) && readdir(stream) && !strcmp(readdir(stream)->d_name, "0") && closedir(stream) == 0);
  CHECK(realpath("1", text) && !strcmp(text, "/sys/devices/virtual/kfd/kfd/topology/nodes/1"));
  CHECK(chdir("1") == 0 && stat("gpu_id", &s) == 0 && chdir("gpu_id") < 0 && errno == ENOTDIR && chdir("x") < 0 && errno == ENOENT);
  CHECK(system("test -f gpu_id && test \"$(pwd -P)\" = /sys/devices/virtual/kfd/kfd/topology/nodes/1 && cat mem_banks/0/properties >/dev/null") == 0);
  CHECK(open("new", O_CREAT | O_RDWR, 0644) < 0 && errno == EACCES);
  fd = open("..", O_RDONLY | O_DIRECTORY);
  CHECK(fd >= 0 && fchdir(fd) == 0 && stat("1/gpu_id", &s) == 0);
  close(fd);
  CHECK(chdir("../../../../../../../tmp") == 0 && getcwd(text, sizeof text) && !strcmp(text, "/tmp") && stat("gpu_id", &s) < 0);
  CHECK(chdir("/sys/class/kfd/kfd") == 0 && chdir(plain) == 0 && getcwd(text, sizeof text) && !strcmp(text, plain));
}

static int files, directories, after, deepest;
static int count(const char *path, const struct stat *s, int type, struct FTW *place) {
  CHECK(path[place->base] && (type != FTW_F || S_ISREG(s->st_mode)));
  files += type == FTW_F;
  directories += type == FTW_D;
  after += type == FTW_DP;
  if (place->level > deepest) deepest = place->level;
  return 0;
}
static int stop_at_gpu(const char *path, const struct stat *s, int type) {
  (void)s; (void)type;
  return strstr(path, "gpu_id") ? 5 : 0;
}
static void walks(void) {
  CHECK(nftw("/sys/devices/virtual/kfd/kfd/topology", count, 20, FTW_PHYS) == 0);
  CHECK(files > 10 && directories >= 4 && deepest >= 3 && after == 0);
  int seen = directories;
  CHECK(nftw("/sys/devices/virtual/kfd/kfd/topology", count, 20, FTW_PHYS | FTW_DEPTH) == 0 && after == seen);
  CHECK(ftw(TOPOLOGY "/nodes", stop_at_gpu, 20) == 5);
  CHECK(nftw(TOPOLOGY "/nodes/78", count, 20, 0) < 0 && errno == ENOENT);
}

// What the host has and what the driver has, in one list.
static void beside(void) {
  DIR *stream = opendir("/dev/");
  struct dirent *entry;
  int kfd = 0, dri = 0, null = 0;
  CHECK(stream);
  while ((entry = readdir(stream))) {
    kfd += !strcmp(entry->d_name, "kfd") && entry->d_type == DT_CHR;
    dri += !strcmp(entry->d_name, "dri") && entry->d_type == DT_DIR;
    null += !strcmp(entry->d_name, "null");
  }
  closedir(stream);
  CHECK(kfd == 1 && dri == 1 && null == 1);
  struct dirent **list;
  int count = scandir("/sys/class", &list, NULL, alphasort), found = 0;
  CHECK(count > 3);
  while (count--) { found += !strcmp(list[count]->d_name, "kfd"); free(list[count]); }
  free(list);
  CHECK(found == 1);
  glob_t paths;
  CHECK(glob("/dev/kf*", 0, NULL, &paths) == 0 && paths.gl_pathc == 1 && !strcmp(paths.gl_pathv[0], "/dev/kfd"));
  globfree(&paths);
}

int main(void) {
  by_name();
  working_folder();
  walks();
  beside();
  status();
  access_and_links();
  folders();
  streams();
  mappings();
  puts("as it should be");
}
