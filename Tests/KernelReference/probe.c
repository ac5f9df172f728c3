/* Records what /dev/kfd answers (return value, errno, output fields) to the calls that work, or fail, with no GPU present:
 * run on the real driver it made recorded-*.txt, run under libcarmine-kfd.so it shows where the software GPU differs.
 *
 *   gcc -O1 -Wall -pthread -o probe probe.c && ./probe [/dev/kfd]      exit 0: ran to the end
 *
 * Lines "T ..." are the same on every run and are compared; lines "# ..." are notes (timings and the like).
 * Each section runs in a process of its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/kfd_ioctl.h>

/* newer than the 6.1 header (values as in Linux 6.12's kfd_ioctl.h) */
struct p_export_dmabuf { uint64_t handle; uint32_t flags, dmabuf_fd; };
struct p_runtime_enable { uint64_t r_debug; uint32_t mode_mask, capabilities_mask; };
struct p_dbg_trap { uint32_t pid, op; uint64_t u[3]; };
#define P_EXPORT_DMABUF  AMDKFD_IOWR(0x24, struct p_export_dmabuf)
#define P_RUNTIME_ENABLE AMDKFD_IOWR(0x25, struct p_runtime_enable)
#define P_DBG_TRAP       AMDKFD_IOWR(0x26, struct p_dbg_trap)
#define P_MMAP_TYPE(t)     ((uint64_t)(t) << 62)      /* 3 doorbell, 2 events, 1 reserved, 0 mmio */
#define P_MMAP_GPU(id)     (((uint64_t)(id) & 0xffff) << 46)
#define BOGUS_GPU 0x1234
#define BADPTR ((void *)0x10)

static const char *path = "/dev/kfd";
static int fd = -1;

static const char *en(int e)
{
	const char *n = e ? strerrorname_np(e) : "-";
	return n ? n : e == 524 ? "(ENOTSUPP, kernel-internal)" : "E?";
}
static double now_ms(void)
{
	struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
static void out(const char *label, long r, int e, const char *fmt, ...)
{
	char b[1024] = ""; va_list ap;
	if (fmt) { va_start(ap, fmt); vsnprintf(b, sizeof b, fmt, ap); va_end(ap); }
	printf("T %-52s ret=%ld errno=%d %s%s%s\n", label, r, r < 0 ? e : 0, r < 0 ? en(e) : "-", b[0] ? " | " : "", b);
	fflush(stdout);
}
static void section(const char *s) { printf("\n== %s\n", s); fflush(stdout); }
static int io(unsigned long cmd, void *a, int *e)
{
	errno = 0; int r = ioctl(fd, cmd, a); *e = errno; return r;
}
#define IO(label, cmd, a) ({ int e_, r_ = io(cmd, a, &e_); out(label, r_, e_, NULL); r_; })

static struct kfd_ioctl_create_event_args mk(uint32_t type, uint32_t ar, int *r, int *e)
{
	struct kfd_ioctl_create_event_args a; memset(&a, 0, sizeof a);
	a.event_type = type; a.auto_reset = ar;
	*r = io(AMDKFD_IOC_CREATE_EVENT, &a, e);
	return a;
}
static uint32_t mkid(uint32_t type, uint32_t ar)
{
	int r, e; struct kfd_ioctl_create_event_args a = mk(type, ar, &r, &e);
	if (r) { out("(helper) create_event", r, e, NULL); return ~0u; }
	return a.event_id;
}
static int idop(unsigned long cmd, uint32_t id, int *e)
{
	struct { uint32_t id, pad; } a = { id, 0 };
	return io(cmd, &a, e);
}
#define SET(label, id)     ({ const char *l_ = label; int e_, r_ = idop(AMDKFD_IOC_SET_EVENT, id, &e_); if (l_) out(l_, r_, e_, NULL); r_; })
#define RESET(label, id)   ({ const char *l_ = label; int e_, r_ = idop(AMDKFD_IOC_RESET_EVENT, id, &e_); if (l_) out(l_, r_, e_, NULL); r_; })
#define DESTROY(label, id) ({ const char *l_ = label; int e_, r_ = idop(AMDKFD_IOC_DESTROY_EVENT, id, &e_); if (l_) out(l_, r_, e_, NULL); r_; })
#define NOL ((const char *)0)

struct w { int r, e; uint32_t result, timeout; double ms; uint64_t age[4]; };
static struct w wait_n(const uint32_t *ids, int n, uint32_t all, uint32_t timeout, const uint64_t *age)
{
	struct kfd_event_data d[4]; struct w w; memset(d, 0, sizeof d);
	for (int i = 0; i < n && i < 4; i++) { d[i].event_id = ids[i]; if (age) memcpy(&d[i], &age[i], 8); }
	struct kfd_ioctl_wait_events_args a = { (uintptr_t)d, n, all, timeout, 0xdead };
	double t0 = now_ms();
	w.r = io(AMDKFD_IOC_WAIT_EVENTS, &a, &w.e);
	w.ms = now_ms() - t0; w.result = a.wait_result; w.timeout = a.timeout;
	for (int i = 0; i < n && i < 4; i++) memcpy(&w.age[i], &d[i], 8);
	return w;
}
static const char *res(uint32_t r)
{
	return r == 0 ? "0/COMPLETE" : r == 1 ? "1/TIMEOUT" : r == 2 ? "2/FAIL" : r == 0xdead ? "(untouched)" : "?";
}
static void wout(const char *label, struct w w, int want_ms)
{
	out(label, w.r, w.e, "wait_result=%s%s", res(w.result),
	    want_ms <= 0 ? "" : w.ms >= want_ms - 1 && w.ms < want_ms + 400 ? " elapsed=as-asked" : w.ms < want_ms - 1 ? " elapsed=shorter" : " elapsed=much-longer");
	printf("#   elapsed %.1f ms, timeout field after = %u\n", w.ms, w.timeout);
}
#define WAIT1(label, id, to) ({ uint32_t i_ = (id); struct w w_ = wait_n(&i_, 1, 1, to, NULL); wout(label, w_, (w_.result == 1) ? (int)(to) : 0); w_; })

/* threads */
struct thr { pthread_t t; uint32_t ids[4]; int n; uint32_t all, to; struct w w; volatile int started, done; };
static void *thr_fn(void *p)
{
	struct thr *t = p; t->started = 1;
	t->w = wait_n(t->ids, t->n, t->all, t->to, NULL);
	t->done = 1; return NULL;
}
static void thr_go(struct thr *t, uint32_t a, uint32_t b, int n, uint32_t all, uint32_t to)
{
	memset(t, 0, sizeof *t); t->ids[0] = a; t->ids[1] = b; t->n = n; t->all = all; t->to = to;
	pthread_create(&t->t, NULL, thr_fn, t);
	while (!t->started) usleep(1000);
	usleep(60000);
}
static void sl(int ms) { usleep(ms * 1000); }
static volatile int sigs; static void onsig(int s) { (void)s; sigs++; }

static void s_open(void)
{
	struct stat st;
	if (!stat(path, &st)) {
		printf("T stat: type=%s mode=%04o uid=%u gid=%u\n", S_ISCHR(st.st_mode) ? "chr" : "other", st.st_mode & 07777, st.st_uid, st.st_gid);
		printf("# rdev %u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	}
	int modes[] = { O_RDWR | O_CLOEXEC, O_RDONLY, O_WRONLY }; const char *mn[] = { "open O_RDWR|O_CLOEXEC", "open O_RDONLY", "open O_WRONLY" };
	for (int i = 0; i < 3; i++) { errno = 0; int f = open(path, modes[i]); int e = errno; out(mn[i], f < 0 ? -1 : 0, e, NULL);
		if (f >= 0) { struct kfd_ioctl_get_version_args v = { 0, 0 }; errno = 0; int r = ioctl(f, AMDKFD_IOC_GET_VERSION, &v); out("  GET_VERSION on that fd", r, errno, NULL); close(f); } }
	char b[64]; errno = 0; long r = read(fd, b, 8); out("read(8)", r, errno, NULL);
	errno = 0; r = write(fd, b, 8); out("write(8)", r, errno, NULL);
	errno = 0; r = lseek(fd, 0, SEEK_SET); out("lseek(0)", r, errno, NULL);
	struct pollfd p = { fd, POLLIN | POLLOUT, 0 }; errno = 0; r = poll(&p, 1, 0); out("poll(IN|OUT,0)", r, errno, "revents=0x%x", p.revents);
}
static void s_generic(void)
{
	int e, r; struct kfd_ioctl_get_version_args v = { 77, 77 };
	r = io(AMDKFD_IOC_GET_VERSION, &v, &e); out("GET_VERSION", r, e, "major=%u", v.major_version); printf("# minor=%u\n", v.minor_version);
	IO("GET_VERSION arg NULL", AMDKFD_IOC_GET_VERSION, NULL);
	IO("GET_VERSION arg bad pointer", AMDKFD_IOC_GET_VERSION, BADPTR);
	uint32_t big[64]; memset(big, 0xaa, sizeof big);
	r = io(_IOC(_IOC_READ, 'K', 1, 64), big, &e); out("GET_VERSION cmd size 64 (bigger)", r, e, "major=%u word2=0x%x", big[0], big[2]);
	memset(big, 0xaa, sizeof big);
	r = io(_IOC(_IOC_READ, 'K', 1, 4), big, &e); out("GET_VERSION cmd size 4 (smaller)", r, e, "major=%u word1=0x%x", big[0], big[1]);
	memset(big, 0xaa, sizeof big);
	r = io(_IOC(_IOC_WRITE, 'K', 1, 8), big, &e); out("GET_VERSION cmd dir WRITE only", r, e, "word0=%u", big[0]);
	memset(big, 0xaa, sizeof big);
	r = io(_IOC(_IOC_NONE, 'K', 1, 0), big, &e); out("GET_VERSION cmd dir NONE size 0", r, e, "word0=0x%x", big[0]);
	memset(big, 0, sizeof big);
	r = io(_IOC(_IOC_READ, 'J', 1, 8), big, &e); out("type 'J' nr 1 size 8 (wrong magic)", r, e, "word0=%u", big[0]);
	static const unsigned nrs[] = { 0x00, 0x24, 0x25, 0x26, 0x27, 0x28, 0x30, 0x7f, 0x80, 0x81, 0x85, 0xff };
	for (unsigned i = 0; i < sizeof nrs / sizeof *nrs; i++) {
		char l[64]; memset(big, 0, sizeof big); snprintf(l, sizeof l, "unknown? nr 0x%02x _IOWR size 32 zeros", nrs[i]);
		IO(l, _IOC(_IOC_READ | _IOC_WRITE, 'K', nrs[i], 32), big);
	}
	for (unsigned i = 0x0d; i <= 0x10; i++) { char l[64]; snprintf(l, sizeof l, "deprecated debugger nr 0x%02x _IOW size 8", i); memset(big, 0, sizeof big); IO(l, _IOC(_IOC_WRITE, 'K', i, 8), big); }
}
static void s_event(void)
{
	int r, e; char l[80];
	struct kfd_ioctl_create_event_args a;
	IO("CREATE_EVENT arg NULL", AMDKFD_IOC_CREATE_EVENT, NULL);
	for (int i = 0; i < 4; i++) { a = mk(0, i & 1, &r, &e); snprintf(l, sizeof l, "CREATE_EVENT signal auto_reset=%d (no. %d)", i & 1, i);
		out(l, r, e, "page_offset=0x%llx trigger=%u id=%u slot=%u", (unsigned long long)a.event_page_offset, a.event_trigger_data, a.event_id, a.event_slot_index); }
	static const char *tn[] = { "SIGNAL", "NODECHANGE", "DEVICESTATECHANGE", "HW_EXCEPTION", "SYSTEM_EVENT", "DEBUG_EVENT", "PROFILE_EVENT", "QUEUE_EVENT", "MEMORY" };
	uint32_t other[9] = { 0 };
	for (int t = 1; t <= 8; t++) { a = mk(t, 0, &r, &e); other[t] = a.event_id; snprintf(l, sizeof l, "CREATE_EVENT type %d %s", t, tn[t]);
		out(l, r, e, "page_offset=0x%llx trigger=%u id=%u slot=%u", (unsigned long long)a.event_page_offset, a.event_trigger_data, a.event_id, a.event_slot_index); }
	a = mk(9, 0, &r, &e); out("CREATE_EVENT type 9 (unknown)", r, e, "page_offset=0x%llx id=%u", (unsigned long long)a.event_page_offset, a.event_id);
	a = mk(0xffffffff, 0, &r, &e); out("CREATE_EVENT type 0xffffffff", r, e, "page_offset=0x%llx id=%u", (unsigned long long)a.event_page_offset, a.event_id);
	memset(&a, 0, sizeof a); a.auto_reset = 7; a.node_id = 99; r = io(AMDKFD_IOC_CREATE_EVENT, &a, &e); out("CREATE_EVENT signal auto_reset=7 node_id=99", r, e, "id=%u", a.event_id);
	memset(&a, 0, sizeof a); a.event_page_offset = P_MMAP_GPU(BOGUS_GPU) | 1; r = io(AMDKFD_IOC_CREATE_EVENT, &a, &e); out("CREATE_EVENT page_offset given, page already set", r, e, "id=%u", a.event_id);
	for (int t = 1; t <= 8; t++) { snprintf(l, sizeof l, "SET_EVENT on type %d %s", t, tn[t]); SET(l, other[t]);
		snprintf(l, sizeof l, "RESET_EVENT on type %d %s", t, tn[t]); RESET(l, other[t]); }
	WAIT1("WAIT on type 3 HW_EXCEPTION unsignalled timeout 0", other[3], 0);
	WAIT1("WAIT on type 8 MEMORY unsignalled timeout 100", other[8], 100);
	DESTROY("DESTROY type 3 HW_EXCEPTION", other[3]);
	DESTROY("DESTROY type 3 again (double)", other[3]);
	a = mk(3, 0, &r, &e); out("CREATE_EVENT type 3 after destroying one", r, e, "id_reused=%d", a.event_id == other[3]);

	uint32_t m = mkid(0, 0), u = mkid(0, 1);
	WAIT1("manual: WAIT unsignalled timeout 0", m, 0);
	WAIT1("manual: WAIT unsignalled timeout 100", m, 100);
	SET("manual: SET", m); SET("manual: SET again (already set)", m);
	WAIT1("manual: WAIT signalled timeout 0", m, 0);
	WAIT1("manual: WAIT signalled again timeout 0 (still set)", m, 0);
	WAIT1("manual: WAIT signalled timeout 0xffffffff", m, 0xffffffff);
	RESET("manual: RESET", m); RESET("manual: RESET again", m);
	WAIT1("manual: WAIT after reset timeout 0", m, 0);
	WAIT1("auto: WAIT unsignalled timeout 0", u, 0);
	SET("auto: SET", u); SET("auto: SET again", u);
	WAIT1("auto: WAIT signalled timeout 0", u, 0);
	WAIT1("auto: WAIT again timeout 0 (consumed)", u, 0);
	SET("auto: SET", u); RESET("auto: RESET", u); WAIT1("auto: WAIT after SET,RESET timeout 0", u, 0);

	IO("SET_EVENT arg NULL", AMDKFD_IOC_SET_EVENT, NULL); IO("RESET_EVENT arg bad pointer", AMDKFD_IOC_RESET_EVENT, BADPTR); IO("DESTROY_EVENT arg bad pointer", AMDKFD_IOC_DESTROY_EVENT, BADPTR);
	static const uint32_t bad[] = { 0, 200, 4095, 4096, 5000, 0x7fffffff, 0x80000000u, 0xffffffffu };
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) { if (bad[i] == other[1]) continue;
		snprintf(l, sizeof l, "SET_EVENT id 0x%x (not created)", bad[i]); if (bad[i] != 0x80000000u || 1) SET(l, bad[i]);
		snprintf(l, sizeof l, "RESET_EVENT id 0x%x", bad[i]); RESET(l, bad[i]);
		snprintf(l, sizeof l, "DESTROY_EVENT id 0x%x", bad[i]); DESTROY(l, bad[i]);
		snprintf(l, sizeof l, "WAIT_EVENTS id 0x%x timeout 0", bad[i]); WAIT1(l, bad[i], 0); }
	DESTROY("DESTROY manual", m); DESTROY("DESTROY manual again (double)", m); SET("SET after destroy", m); RESET("RESET after destroy", m); WAIT1("WAIT after destroy timeout 0", m, 0);
	uint32_t n = mkid(0, 0); printf("T id of destroyed signal event is reused at once: %s\n", n == m ? "yes" : "no");
}
static void s_pageoff(void)
{
	int r, e; struct kfd_ioctl_create_event_args a;
	memset(&a, 0, sizeof a); a.event_page_offset = P_MMAP_GPU(BOGUS_GPU) | 1; r = io(AMDKFD_IOC_CREATE_EVENT, &a, &e); out("CREATE_EVENT page_offset=bogus gpu handle, first event", r, e, "id=%u", a.event_id);
	memset(&a, 0, sizeof a); a.event_page_offset = 1; r = io(AMDKFD_IOC_CREATE_EVENT, &a, &e); out("CREATE_EVENT page_offset=1, first event", r, e, "id=%u", a.event_id);
	a = mk(0, 0, &r, &e); out("CREATE_EVENT page_offset=0 after those", r, e, "id=%u page_offset=0x%llx", a.event_id, (unsigned long long)a.event_page_offset);
}
static void s_wait(void)
{
	uint32_t a = mkid(0, 0), b = mkid(0, 0), c = mkid(0, 1), d = mkid(0, 1), two[2]; struct w w; int e, r;
	struct kfd_event_data ev[2]; memset(ev, 0, sizeof ev); ev[0].event_id = a; ev[1].event_id = b;
	IO("WAIT arg NULL", AMDKFD_IOC_WAIT_EVENTS, NULL);
	struct kfd_ioctl_wait_events_args wa = { 0, 1, 0, 0, 0xdead };
	r = io(AMDKFD_IOC_WAIT_EVENTS, &wa, &e); out("WAIT events_ptr NULL num 1", r, e, "wait_result=%s", res(wa.wait_result));
	wa = (struct kfd_ioctl_wait_events_args){ (uintptr_t)BADPTR, 1, 0, 0, 0xdead }; r = io(AMDKFD_IOC_WAIT_EVENTS, &wa, &e); out("WAIT events_ptr bad num 1", r, e, "wait_result=%s", res(wa.wait_result));
	for (int all = 0; all < 2; all++) for (int t = 0; t <= 50; t += 50) { char l[64]; snprintf(l, sizeof l, "WAIT num 0 wait_for_all=%d timeout %d", all, t);
		wa = (struct kfd_ioctl_wait_events_args){ (uintptr_t)ev, 0, all, t, 0xdead }; double t0 = now_ms(); r = io(AMDKFD_IOC_WAIT_EVENTS, &wa, &e); out(l, r, e, "wait_result=%s slept=%s", res(wa.wait_result), now_ms() - t0 > 40 ? "yes" : "no"); }
	wa = (struct kfd_ioctl_wait_events_args){ (uintptr_t)ev, 10000000, 0, 0, 0xdead }; r = io(AMDKFD_IOC_WAIT_EVENTS, &wa, &e); out("WAIT num 10000000 (array too short)", r, e, "wait_result=%s", res(wa.wait_result));
	{	/* 4000 entries, all the same unsignalled event */
		struct kfd_event_data *v = calloc(4000, sizeof *v); for (int i = 0; i < 4000; i++) v[i].event_id = a;
		wa = (struct kfd_ioctl_wait_events_args){ (uintptr_t)v, 4000, 0, 0, 0xdead }; r = io(AMDKFD_IOC_WAIT_EVENTS, &wa, &e); out("WAIT num 4000 same event unsignalled timeout 0", r, e, "wait_result=%s", res(wa.wait_result)); free(v); }
	two[0] = a; two[1] = b;
	w = wait_n(two, 2, 0, 0, NULL); wout("any of 2: none set, timeout 0", w, 0);
	SET("SET a", a);
	w = wait_n(two, 2, 0, 0, NULL); wout("any of 2: a set", w, 0);
	w = wait_n(two, 2, 1, 0, NULL); wout("all of 2: only a set, timeout 0", w, 0);
	w = wait_n(two, 2, 1, 100, NULL); wout("all of 2: only a set, timeout 100", w, 100);
	SET("SET b", b);
	w = wait_n(two, 2, 1, 100, NULL); wout("all of 2: both set", w, 0);
	w = wait_n(two, 2, 7, 100, NULL); wout("wait_for_all=7: both set", w, 0);
	RESET("RESET a", a); RESET("RESET b", b);
	two[1] = a; SET("SET a", a); w = wait_n(two, 2, 1, 0, NULL); wout("all of {a,a}: set (duplicate ids, manual)", w, 0); RESET("RESET a", a);
	two[0] = a; two[1] = 200; w = wait_n(two, 2, 0, 0, NULL); wout("any of {unset, bad id}", w, 0);
	SET("SET a", a); w = wait_n(two, 2, 0, 0, NULL); wout("any of {set, bad id}", w, 0); RESET("RESET a", a);
	two[0] = c; two[1] = d;
	SET("SET auto c", c); w = wait_n(two, 2, 1, 0, NULL); wout("all of autos {c set, d unset} timeout 0", w, 0);
	WAIT1("  then auto c alone timeout 0 (was it consumed?)", c, 0);
	RESET("RESET c", c); SET("SET auto c", c); SET("SET auto d", d); w = wait_n(two, 2, 0, 0, NULL); wout("any of autos {c set, d set}", w, 0);
	WAIT1("  then c timeout 0", c, 0); WAIT1("  then d timeout 0", d, 0);
	RESET("RESET c", c); RESET("RESET d", d); SET("SET auto c", c); two[1] = c; w = wait_n(two, 2, 1, 0, NULL); wout("all of {c,c} auto set once (duplicates)", w, 0); RESET("RESET c", c);
	SET("SET auto c", c); two[0] = c; two[1] = 200; w = wait_n(two, 2, 0, 0, NULL); wout("any of {auto c set, bad id}", w, 0); WAIT1("  then c timeout 0 (consumed by the failed wait?)", c, 0); RESET("RESET c", c);

	struct thr t1, t2; printf("\n");
	thr_go(&t1, a, 0, 1, 1, 3000); printf("T waiter blocked before SET: %s\n", t1.done ? "no" : "yes"); double t0 = now_ms(); SET("SET a (1 waiter, manual)", a); pthread_join(t1.t, NULL); printf("# wake latency %.2f ms\n", now_ms() - t0); wout("  waiter", t1.w, 0);
	WAIT1("  manual event still set after waking?", a, 0); RESET("RESET a", a);
	thr_go(&t1, a, 0, 1, 1, 3000); thr_go(&t2, a, 0, 1, 1, 3000); SET("SET a (2 waiters, manual)", a); pthread_join(t1.t, NULL); pthread_join(t2.t, NULL); wout("  waiter 1", t1.w, 0); wout("  waiter 2", t2.w, 0); RESET("RESET a", a);
	thr_go(&t1, c, 0, 1, 1, 700); SET("SET c (1 waiter, auto)", c); pthread_join(t1.t, NULL); wout("  waiter", t1.w, 0); WAIT1("  auto event set after waking its waiter?", c, 0);
	thr_go(&t1, c, 0, 1, 1, 700); thr_go(&t2, c, 0, 1, 1, 700); SET("SET c once (2 waiters, auto)", c); sl(150); printf("T   waiters woken by one SET: %d\n", t1.done + t2.done); pthread_join(t1.t, NULL); pthread_join(t2.t, NULL);
	printf("T   first waiter %s, second waiter %s\n", res(t1.w.result), res(t2.w.result)); WAIT1("  auto event set after that?", c, 0);
	thr_go(&t1, a, b, 2, 1, 3000); SET("SET a (waiter on all of a,b)", a); sl(100); printf("T   waiter still blocked after a: %s\n", t1.done ? "no" : "yes"); RESET("RESET a while waiting", a); SET("SET b", b); sl(100); printf("T   waiter woken though a was reset meanwhile: %s\n", t1.done ? "yes" : "no"); SET("SET a", a); pthread_join(t1.t, NULL); wout("  waiter", t1.w, 0); RESET("RESET a", a); RESET("RESET b", b);
	thr_go(&t1, a, b, 2, 0, 3000); SET("SET b (waiter on any of a,b)", b); pthread_join(t1.t, NULL); wout("  waiter", t1.w, 0); RESET("RESET b", b);
	uint32_t x = mkid(0, 0); thr_go(&t1, x, 0, 1, 1, 1500); DESTROY("DESTROY x while a thread waits on it", x); pthread_join(t1.t, NULL); wout("  waiter", t1.w, 1500);
	x = mkid(0, 0); thr_go(&t1, x, a, 2, 0, 1500); DESTROY("DESTROY x while a thread waits on any of x,a", x); pthread_join(t1.t, NULL); wout("  waiter", t1.w, 1500);
	x = mkid(0, 0); thr_go(&t1, x, a, 2, 1, 1500); DESTROY("DESTROY x while a thread waits on all of x,a", x); pthread_join(t1.t, NULL); wout("  waiter", t1.w, 1500);

	struct sigaction sa; memset(&sa, 0, sizeof sa); sa.sa_handler = onsig; sigaction(SIGUSR1, &sa, NULL);
	sigs = 0; thr_go(&t1, a, 0, 1, 1, 500); pthread_kill(t1.t, SIGUSR1); pthread_join(t1.t, NULL); wout("signal handler, no SA_RESTART, timeout 500", t1.w, 500);
	sa.sa_flags = SA_RESTART; sigaction(SIGUSR1, &sa, NULL);
	sigs = 0; thr_go(&t1, a, 0, 1, 1, 500); sl(150); pthread_kill(t1.t, SIGUSR1); pthread_join(t1.t, NULL); wout("signal handler with SA_RESTART at ~210 of 500 ms", t1.w, 500); printf("T   handler ran %d time(s)\n", sigs);
	sigs = 0; thr_go(&t1, a, 0, 1, 1, 0xffffffff); pthread_kill(t1.t, SIGUSR1); sl(100); printf("T   infinite wait goes on after SA_RESTART signal: %s\n", t1.done ? "no" : "yes"); SET("SET a", a); pthread_join(t1.t, NULL); wout("  waiter (timeout 0xffffffff)", t1.w, 0); RESET("RESET a", a);
	thr_go(&t1, a, 0, 1, 1, 0xfffffffe); sl(50); printf("T timeout 0xfffffffe blocks: %s\n", t1.done ? "no" : "yes"); SET("SET a", a); pthread_join(t1.t, NULL); wout("  waiter", t1.w, 0); RESET("RESET a", a);

	printf("\n# event age (KFD >= 1.13: first 8 bytes of kfd_event_data are last_event_age)\n");
	uint64_t age[2]; uint32_t f = mkid(0, 1);
	age[0] = 0; w = wait_n(&f, 1, 1, 0, age); wout("age in 0, auto unset, timeout 0", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
	age[0] = 1; w = wait_n(&f, 1, 1, 0, age); wout("age in 1, auto unset, never set, timeout 0", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
	SET("SET f", f); age[0] = 1; w = wait_n(&f, 1, 1, 0, age); wout("age in 1, auto set", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
	age[0] = 1; w = wait_n(&f, 1, 1, 0, age); wout("age in 1 again, consumed, timeout 0", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
	age[0] = 2; w = wait_n(&f, 1, 1, 0, age); wout("age in 2, consumed, timeout 0", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
	SET("SET f", f); SET("SET f", f); age[0] = 2; w = wait_n(&f, 1, 1, 0, age); wout("age in 2 after 2 more SETs", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
	age[0] = 1000; w = wait_n(&f, 1, 1, 0, age); wout("age in 1000 (future), timeout 0", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
	SET("SET f", f); age[0] = 1000; w = wait_n(&f, 1, 1, 0, age); wout("age in 1000, auto set", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
	SET("SET f", f); age[0] = 0; w = wait_n(&f, 1, 1, 0, age); wout("age in 0, auto set", w, 0); printf("T   age out %llu\n", (unsigned long long)w.age[0]);
}
static void mm(const char *label, size_t len, int prot, int flags, uint64_t off)
{
	errno = 0; void *p = mmap(NULL, len, prot, flags, fd, off); int e = errno;
	out(label, p == MAP_FAILED ? -1 : 0, e, NULL);
	if (p != MAP_FAILED) munmap(p, len);
}
static void s_mmap(void)
{
	uint64_t EV = P_MMAP_TYPE(2), len = KFD_SIGNAL_EVENT_LIMIT * 8;
	mm("mmap events before any event exists", len, PROT_READ | PROT_WRITE, MAP_SHARED, EV);
	int r, e; struct kfd_ioctl_create_event_args a = mk(0, 0, &r, &e); uint64_t off = a.event_page_offset;
	out("CREATE_EVENT", r, e, "id=%u page_offset=0x%llx", a.event_id, (unsigned long long)off);
	printf("T returned page_offset == 2<<62: %s\n", off == EV ? "yes" : "no");
	mm("mmap events len 65536 (too big)", 2 * len, PROT_READ | PROT_WRITE, MAP_SHARED, off);
	mm("mmap events len 32768 MAP_PRIVATE", len, PROT_READ | PROT_WRITE, MAP_PRIVATE, off);
	mm("mmap events len 32768 PROT_READ", len, PROT_READ, MAP_SHARED, off);
	mm("mmap events len 4096", 4096, PROT_READ | PROT_WRITE, MAP_SHARED, off);
	mm("mmap events len 2048 (rounded to a page)", 2048, PROT_READ | PROT_WRITE, MAP_SHARED, off);
	mm("mmap events offset +4096", 4096, PROT_READ | PROT_WRITE, MAP_SHARED, off + 4096);
	mm("mmap events offset with bogus gpu_id bits", len, PROT_READ | PROT_WRITE, MAP_SHARED, off | P_MMAP_GPU(BOGUS_GPU));
	mm("mmap doorbell type, bogus gpu", 8192, PROT_READ | PROT_WRITE, MAP_SHARED, P_MMAP_TYPE(3) | P_MMAP_GPU(BOGUS_GPU));
	mm("mmap doorbell type, gpu 0", 8192, PROT_READ | PROT_WRITE, MAP_SHARED, P_MMAP_TYPE(3));
	mm("mmap reserved_mem type, bogus gpu", 4096, PROT_READ | PROT_WRITE, MAP_SHARED, P_MMAP_TYPE(1) | P_MMAP_GPU(BOGUS_GPU));
	mm("mmap reserved_mem type, gpu 0", 4096, PROT_READ | PROT_WRITE, MAP_SHARED, P_MMAP_TYPE(1));
	mm("mmap mmio type, bogus gpu", 4096, PROT_READ | PROT_WRITE, MAP_SHARED, P_MMAP_TYPE(0) | P_MMAP_GPU(BOGUS_GPU));
	mm("mmap offset 0", 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	uint64_t *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off); out("mmap events len 32768 RW SHARED", p == MAP_FAILED ? -1 : 0, errno, NULL); if (p == MAP_FAILED) return;
	uint64_t *q = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off); out("mmap events a second time", q == MAP_FAILED ? -1 : 0, errno, NULL);
	int ones = 0; for (int i = 0; i < KFD_SIGNAL_EVENT_LIMIT; i++) ones += p[i] == ~0ull;
	printf("T slots equal to ~0 (UNSIGNALED): %d of %d; slot[0]=0x%llx slot[id]=0x%llx\n", ones, KFD_SIGNAL_EVENT_LIMIT, (unsigned long long)p[0], (unsigned long long)p[a.event_id]);
	SET("SET_EVENT", a.event_id); printf("T slot[id] after SET_EVENT = 0x%llx\n", (unsigned long long)p[a.event_id]);
	WAIT1("WAIT timeout 0", a.event_id, 0); printf("T slot[id] after WAIT = 0x%llx\n", (unsigned long long)p[a.event_id]);
	RESET("RESET_EVENT", a.event_id); printf("T slot[id] after RESET_EVENT = 0x%llx\n", (unsigned long long)p[a.event_id]);
	p[a.event_id] = 1; WAIT1("WAIT timeout 0 after user wrote 1 to the slot", a.event_id, 0); WAIT1("WAIT timeout 100 likewise", a.event_id, 100); printf("T slot[id] afterwards = 0x%llx, via 2nd mapping 0x%llx\n", (unsigned long long)p[a.event_id], q == MAP_FAILED ? 0ull : (unsigned long long)q[a.event_id]);
	RESET("RESET_EVENT", a.event_id); printf("T slot[id] after RESET_EVENT = 0x%llx\n", (unsigned long long)p[a.event_id]);
	p[a.event_id] = 1; DESTROY("DESTROY_EVENT", a.event_id); printf("T slot[id] after DESTROY_EVENT = 0x%llx\n", (unsigned long long)p[a.event_id]);
	uint32_t n = mkid(0, 0); printf("T new event: same id %s, slot = 0x%llx\n", n == a.event_id ? "yes" : "no", (unsigned long long)p[n]);
	int fd2 = open(path, O_RDWR); close(fd); fd = fd2; p[n] = 5; printf("T page still mapped after close(fd) and reopen: slot=0x%llx\n", (unsigned long long)p[n]); SET("SET_EVENT via reopened fd", n);
}
static void limit(const char *what)
{
	int r = 0, e = 0, n = 0; uint32_t first = 0, last = 0; struct kfd_ioctl_create_event_args a; memset(&a, 0, sizeof a);
	double t0 = now_ms();
	for (; n < 10000; n++) { a = mk(0, 0, &r, &e); if (r) break; if (!n) first = a.event_id; last = a.event_id; }
	char l[96]; snprintf(l, sizeof l, "signal events until failure, %s", what);
	out(l, r, e, "created=%d first_id=%u last_id=%u", n, first, last); printf("# %.1f ms for %d creates\n", now_ms() - t0, n);
	mk(0, 0, &r, &e); out("  one more", r, e, NULL);
	mk(5, 0, &r, &e); out("  one more, type 5 DEBUG_EVENT", r, e, NULL);
	a = mk(3, 0, &r, &e); out("  one more, type 3 HW_EXCEPTION (not a signal slot)", r, e, "id=%u", a.event_id);
	if (n > 10) { DESTROY("  DESTROY id first+5", first + 5); a = mk(0, 0, &r, &e); out("  CREATE again", r, e, "id=first%+d", (int)(a.event_id - first)); }
}
static void s_limit0(void) { limit("nothing mapped"); }
static void lim_mapped(size_t len, const char *w)
{
	int r, e; struct kfd_ioctl_create_event_args a = mk(0, 0, &r, &e); errno = 0;
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, a.event_page_offset); out("mmap", p == MAP_FAILED ? -1 : 0, errno, "len=%zu", len);
	DESTROY(NOL, a.event_id); limit(w);
}
static void s_limit1(void) { lim_mapped(4096, "4096 bytes of event page mapped"); }
static void s_limit2(void) { lim_mapped(32768, "32768 bytes mapped"); int r, e; struct kfd_ioctl_create_event_args a = { 0 }; (void)a; mk(0, 0, &r, &e); out("and again", r, e, NULL); }
static void s_proc(void)
{
	int e, r; uint32_t a = mkid(0, 0); SET("SET a in parent", a);
	int fd2 = open(path, O_RDWR); int old = fd; fd = fd2;
	WAIT1("WAIT a through a 2nd fd of the same process", a, 0); RESET("RESET a through 2nd fd", a); fd = old; WAIT1("WAIT a through 1st fd", a, 0);
	close(fd2); SET("SET a after closing 2nd fd", a);
	fflush(stdout); pid_t p = fork(); if (!p) {
		struct kfd_ioctl_get_version_args v; IO("child: GET_VERSION on inherited fd", AMDKFD_IOC_GET_VERSION, &v);
		mk(0, 0, &r, &e); out("child: CREATE_EVENT on inherited fd", r, e, NULL);
		WAIT1("child: WAIT a on inherited fd", a, 0);
		errno = 0; void *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, P_MMAP_TYPE(2)); out("child: mmap events on inherited fd", m == MAP_FAILED ? -1 : 0, errno, NULL);
		fd = open(path, O_RDWR); WAIT1("child: WAIT parent's id on its own new fd", a, 0); int n = mkid(0, 0); printf("T child: own first event id = %d\n", n); fflush(stdout); _exit(0); }
	waitpid(p, NULL, 0);
	WAIT1("parent: a still set after the child", a, 0);
	/* event page across fork */
	uint64_t *pg = mmap(NULL, 32768, PROT_READ | PROT_WRITE, MAP_SHARED, fd, P_MMAP_TYPE(2));
	if (pg != MAP_FAILED) { fflush(stdout); p = fork(); if (!p) { volatile uint64_t v = pg[a]; printf("T child: event page mapping readable, slot=0x%llx\n", (unsigned long long)v); fflush(stdout); _exit(0); } int st = 0; waitpid(p, &st, 0); printf("T child reading the event page: %s\n", WIFSIGNALED(st) ? strsignal(WTERMSIG(st)) : "exit"); }
	/* all fds closed: state survives? */
	close(fd); fd = open(path, O_RDWR); WAIT1("a after closing every fd and reopening", a, 0);
}
static void s_gpu(void)
{
	int e, r; uint64_t z[64];
	{ struct kfd_ioctl_get_process_apertures_args a; memset(&a, 0xaa, sizeof a); r = io(AMDKFD_IOC_GET_PROCESS_APERTURES, &a, &e); out("GET_PROCESS_APERTURES (old)", r, e, "num_of_nodes=%u", a.num_of_nodes); }
	{ struct kfd_ioctl_get_process_apertures_new_args a = { 0, 0, 0 }; r = io(AMDKFD_IOC_GET_PROCESS_APERTURES_NEW, &a, &e); out("GET_PROCESS_APERTURES_NEW num 0 ptr 0", r, e, "num_of_nodes=%u", a.num_of_nodes);
	  struct kfd_process_device_apertures ap[8]; a.kfd_process_device_apertures_ptr = (uintptr_t)ap; a.num_of_nodes = 8; r = io(AMDKFD_IOC_GET_PROCESS_APERTURES_NEW, &a, &e); out("GET_PROCESS_APERTURES_NEW num 8 ptr ok", r, e, "num_of_nodes=%u", a.num_of_nodes);
	  a.kfd_process_device_apertures_ptr = 0x10; a.num_of_nodes = 8; r = io(AMDKFD_IOC_GET_PROCESS_APERTURES_NEW, &a, &e); out("GET_PROCESS_APERTURES_NEW num 8 ptr bad", r, e, "num_of_nodes=%u", a.num_of_nodes);
	  a.kfd_process_device_apertures_ptr = (uintptr_t)ap; a.num_of_nodes = 0x7fffffff; r = io(AMDKFD_IOC_GET_PROCESS_APERTURES_NEW, &a, &e); out("GET_PROCESS_APERTURES_NEW num 0x7fffffff", r, e, "num_of_nodes=%u", a.num_of_nodes); }
	for (int i = 0; i < 2; i++) { struct kfd_ioctl_get_clock_counters_args a; memset(&a, 0, sizeof a); a.gpu_id = i ? BOGUS_GPU : 0; r = io(AMDKFD_IOC_GET_CLOCK_COUNTERS, &a, &e);
	  out(i ? "GET_CLOCK_COUNTERS bogus gpu" : "GET_CLOCK_COUNTERS gpu 0", r, e, "gpu=%s cpu=%s sys=%s freq=%llu", a.gpu_clock_counter ? "nonzero" : "0", a.cpu_clock_counter ? "nonzero" : "0", a.system_clock_counter ? "nonzero" : "0", (unsigned long long)a.system_clock_freq); }
	{ struct kfd_ioctl_set_memory_policy_args a; memset(&a, 0, sizeof a); a.gpu_id = BOGUS_GPU; IO("SET_MEMORY_POLICY bogus gpu", AMDKFD_IOC_SET_MEMORY_POLICY, &a); a.default_policy = 9; IO("SET_MEMORY_POLICY bad default_policy", AMDKFD_IOC_SET_MEMORY_POLICY, &a); }
	{ struct kfd_ioctl_acquire_vm_args a = { -1, BOGUS_GPU }; IO("ACQUIRE_VM bogus gpu, drm_fd -1", AMDKFD_IOC_ACQUIRE_VM, &a); a.drm_fd = 0; IO("ACQUIRE_VM bogus gpu, drm_fd 0 (not drm)", AMDKFD_IOC_ACQUIRE_VM, &a); a.gpu_id = 0; IO("ACQUIRE_VM gpu 0", AMDKFD_IOC_ACQUIRE_VM, &a); }
	{ struct kfd_ioctl_alloc_memory_of_gpu_args a; memset(&a, 0, sizeof a); a.gpu_id = BOGUS_GPU; a.size = 4096; a.va_addr = 0x7f0000000000; a.flags = KFD_IOC_ALLOC_MEM_FLAGS_VRAM | KFD_IOC_ALLOC_MEM_FLAGS_WRITABLE;
	  IO("ALLOC_MEMORY_OF_GPU VRAM bogus gpu", AMDKFD_IOC_ALLOC_MEMORY_OF_GPU, &a); a.flags = KFD_IOC_ALLOC_MEM_FLAGS_GTT; IO("ALLOC_MEMORY_OF_GPU GTT bogus gpu", AMDKFD_IOC_ALLOC_MEMORY_OF_GPU, &a); a.flags = KFD_IOC_ALLOC_MEM_FLAGS_USERPTR; a.mmap_offset = (uintptr_t)z; IO("ALLOC_MEMORY_OF_GPU USERPTR bogus gpu", AMDKFD_IOC_ALLOC_MEMORY_OF_GPU, &a); a.size = 0; IO("ALLOC_MEMORY_OF_GPU size 0 bogus gpu", AMDKFD_IOC_ALLOC_MEMORY_OF_GPU, &a); a.gpu_id = 0; IO("ALLOC_MEMORY_OF_GPU gpu 0", AMDKFD_IOC_ALLOC_MEMORY_OF_GPU, &a); IO("ALLOC_MEMORY_OF_GPU arg NULL", AMDKFD_IOC_ALLOC_MEMORY_OF_GPU, NULL); }
	{ struct kfd_ioctl_free_memory_of_gpu_args a = { P_MMAP_GPU(BOGUS_GPU) | 1 }; IO("FREE_MEMORY_OF_GPU bogus handle", AMDKFD_IOC_FREE_MEMORY_OF_GPU, &a); a.handle = 0; IO("FREE_MEMORY_OF_GPU handle 0", AMDKFD_IOC_FREE_MEMORY_OF_GPU, &a); }
	for (int un = 0; un < 2; un++) { uint32_t g[2] = { BOGUS_GPU, 0 }; struct kfd_ioctl_map_memory_to_gpu_args a = { 1, (uintptr_t)g, 1, 0 }; unsigned long c = un ? AMDKFD_IOC_UNMAP_MEMORY_FROM_GPU : AMDKFD_IOC_MAP_MEMORY_TO_GPU; const char *n = un ? "UNMAP_MEMORY_FROM_GPU" : "MAP_MEMORY_TO_GPU"; char l[80];
	  snprintf(l, sizeof l, "%s bogus handle, 1 bogus dev", n); r = io(c, &a, &e); out(l, r, e, "n_success=%u", a.n_success);
	  a.n_devices = 0; snprintf(l, sizeof l, "%s n_devices 0", n); r = io(c, &a, &e); out(l, r, e, "n_success=%u", a.n_success);
	  a.n_devices = 1; a.n_success = 2; snprintf(l, sizeof l, "%s n_success > n_devices", n); r = io(c, &a, &e); out(l, r, e, "n_success=%u", a.n_success);
	  a.n_success = 0; a.device_ids_array_ptr = 0x10; snprintf(l, sizeof l, "%s bad array pointer", n); r = io(c, &a, &e); out(l, r, e, "n_success=%u", a.n_success); }
	{ static uint8_t ring[8192] __attribute__((aligned(4096))); static uint64_t rp, wp; struct kfd_ioctl_create_queue_args g, a; memset(&g, 0, sizeof g);
	  g.ring_base_address = (uintptr_t)ring; g.ring_size = 4096; g.gpu_id = BOGUS_GPU; g.queue_type = KFD_IOC_QUEUE_TYPE_COMPUTE_AQL; g.queue_percentage = 100; g.queue_priority = 7; g.read_pointer_address = (uintptr_t)&rp; g.write_pointer_address = (uintptr_t)&wp;
	  a = g; IO("CREATE_QUEUE good args, bogus gpu", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.gpu_id = 0; IO("CREATE_QUEUE gpu 0", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.queue_percentage = 101; IO("CREATE_QUEUE percentage 101", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.queue_priority = 16; IO("CREATE_QUEUE priority 16", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.ring_base_address = 0x10; IO("CREATE_QUEUE ring address 0x10", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.ring_base_address = 0xffff800000000000ull; IO("CREATE_QUEUE ring address in kernel half", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.ring_base_address = 0; IO("CREATE_QUEUE ring address 0", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.ring_size = 3000; IO("CREATE_QUEUE ring size 3000 (no power of 2)", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.ring_size = 0; IO("CREATE_QUEUE ring size 0", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.ring_size = 512; IO("CREATE_QUEUE ring size 512 (below minimum)", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.read_pointer_address = 0xffff800000000000ull; IO("CREATE_QUEUE rptr in kernel half", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.write_pointer_address = 0xffff800000000000ull; IO("CREATE_QUEUE wptr in kernel half", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.eop_buffer_address = 0xffff800000000000ull; IO("CREATE_QUEUE eop in kernel half", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.ctx_save_restore_address = 0xffff800000000000ull; IO("CREATE_QUEUE ctx save in kernel half", AMDKFD_IOC_CREATE_QUEUE, &a);
	  a = g; a.queue_type = 9; IO("CREATE_QUEUE type 9", AMDKFD_IOC_CREATE_QUEUE, &a);
	  struct kfd_ioctl_destroy_queue_args d = { 0, 0 }; IO("DESTROY_QUEUE id 0 (none)", AMDKFD_IOC_DESTROY_QUEUE, &d); d.queue_id = 5000; IO("DESTROY_QUEUE id 5000", AMDKFD_IOC_DESTROY_QUEUE, &d);
	  struct kfd_ioctl_update_queue_args u; memset(&u, 0, sizeof u); u.ring_base_address = (uintptr_t)ring; u.ring_size = 4096; u.queue_percentage = 100; IO("UPDATE_QUEUE id 0 (none)", AMDKFD_IOC_UPDATE_QUEUE, &u); u.queue_percentage = 101; IO("UPDATE_QUEUE percentage 101", AMDKFD_IOC_UPDATE_QUEUE, &u); u.queue_percentage = 100; u.ring_size = 3000; IO("UPDATE_QUEUE ring size 3000", AMDKFD_IOC_UPDATE_QUEUE, &u);
	  uint32_t mask[2] = { ~0u, ~0u }; struct kfd_ioctl_set_cu_mask_args m = { 0, 64, (uintptr_t)mask }; IO("SET_CU_MASK queue 0 (none)", AMDKFD_IOC_SET_CU_MASK, &m); m.num_cu_mask = 33; IO("SET_CU_MASK 33 bits", AMDKFD_IOC_SET_CU_MASK, &m); m.num_cu_mask = 0; IO("SET_CU_MASK 0 bits", AMDKFD_IOC_SET_CU_MASK, &m);
	  struct kfd_ioctl_get_queue_wave_state_args s; memset(&s, 0, sizeof s); IO("GET_QUEUE_WAVE_STATE queue 0 (none)", AMDKFD_IOC_GET_QUEUE_WAVE_STATE, &s);
	  struct kfd_ioctl_alloc_queue_gws_args w; memset(&w, 0, sizeof w); w.num_gws = 1; IO("ALLOC_QUEUE_GWS queue 0 (none)", AMDKFD_IOC_ALLOC_QUEUE_GWS, &w); }
	{ struct kfd_ioctl_set_scratch_backing_va_args a = { 0, BOGUS_GPU, 0 }; IO("SET_SCRATCH_BACKING_VA bogus gpu", AMDKFD_IOC_SET_SCRATCH_BACKING_VA, &a); }
	{ struct kfd_ioctl_get_tile_config_args a; memset(&a, 0, sizeof a); a.gpu_id = BOGUS_GPU; IO("GET_TILE_CONFIG bogus gpu", AMDKFD_IOC_GET_TILE_CONFIG, &a); }
	{ struct kfd_ioctl_set_trap_handler_args a = { 0, 0, BOGUS_GPU, 0 }; IO("SET_TRAP_HANDLER bogus gpu", AMDKFD_IOC_SET_TRAP_HANDLER, &a); }
	{ struct kfd_ioctl_get_dmabuf_info_args a; memset(&a, 0, sizeof a); a.dmabuf_fd = -1; IO("GET_DMABUF_INFO fd -1", AMDKFD_IOC_GET_DMABUF_INFO, &a); a.dmabuf_fd = 0; IO("GET_DMABUF_INFO fd 0", AMDKFD_IOC_GET_DMABUF_INFO, &a); }
	{ struct kfd_ioctl_import_dmabuf_args a; memset(&a, 0, sizeof a); a.gpu_id = BOGUS_GPU; a.dmabuf_fd = -1; IO("IMPORT_DMABUF fd -1 bogus gpu", AMDKFD_IOC_IMPORT_DMABUF, &a); a.dmabuf_fd = 0; IO("IMPORT_DMABUF fd 0 bogus gpu", AMDKFD_IOC_IMPORT_DMABUF, &a); }
	{ struct p_export_dmabuf a = { P_MMAP_GPU(BOGUS_GPU) | 1, O_CLOEXEC, 0u }; IO("EXPORT_DMABUF bogus handle", P_EXPORT_DMABUF, &a); }
	{ struct kfd_ioctl_smi_events_args a = { BOGUS_GPU, 0 }; IO("SMI_EVENTS bogus gpu", AMDKFD_IOC_SMI_EVENTS, &a); a.gpuid = 0; IO("SMI_EVENTS gpu 0", AMDKFD_IOC_SMI_EVENTS, &a); }
	{ struct kfd_ioctl_get_available_memory_args a = { 0, BOGUS_GPU, 0 }; IO("AVAILABLE_MEMORY bogus gpu", AMDKFD_IOC_AVAILABLE_MEMORY, &a); }
	{ struct kfd_ioctl_set_xnack_mode_args a; for (int i = -1; i <= 2; i++) { char l[48]; a.xnack_enabled = i; snprintf(l, sizeof l, "SET_XNACK_MODE %d", i); r = io(AMDKFD_IOC_SET_XNACK_MODE, &a, &e); out(l, r, e, "xnack_enabled=%d", a.xnack_enabled); } }
	{ struct { struct kfd_ioctl_svm_args a; struct kfd_ioctl_svm_attribute at[4]; } s; void *m = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	  #define SVMC(n) _IOC(_IOC_READ | _IOC_WRITE, 'K', 0x20, sizeof(struct kfd_ioctl_svm_args) + (n) * 8)
	  #define SV(label, start, sz, o, n, cmdn, t, v) do { memset(&s, 0, sizeof s); s.a.start_addr = (uint64_t)(start); s.a.size = sz; s.a.op = o; s.a.nattr = n; s.at[0].type = t; s.at[0].value = v; r = io(SVMC(cmdn), &s, &e); out(label, r, e, "attr0=%u:0x%x", s.at[0].type, s.at[0].value); } while (0)
	  SV("SVM SET flags on 64K anon", m, 65536, 0, 1, 1, KFD_IOCTL_SVM_ATTR_SET_FLAGS, KFD_IOCTL_SVM_FLAG_COHERENT);
	  SV("SVM GET flags on 64K anon", m, 65536, 1, 1, 1, KFD_IOCTL_SVM_ATTR_SET_FLAGS, 0);
	  SV("SVM GET preferred_loc", m, 65536, 1, 1, 1, KFD_IOCTL_SVM_ATTR_PREFERRED_LOC, 0);
	  SV("SVM SET granularity 5", m, 65536, 0, 1, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 5);
	  SV("SVM GET granularity", m, 65536, 1, 1, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 0);
	  SV("SVM SET access bogus gpu", m, 65536, 0, 1, 1, KFD_IOCTL_SVM_ATTR_ACCESS, BOGUS_GPU);
	  SV("SVM GET access bogus gpu", m, 65536, 1, 1, 1, KFD_IOCTL_SVM_ATTR_ACCESS, BOGUS_GPU);
	  SV("SVM SET preferred_loc bogus gpu", m, 65536, 0, 1, 1, KFD_IOCTL_SVM_ATTR_PREFERRED_LOC, BOGUS_GPU);
	  SV("SVM SET attr type 99", m, 65536, 0, 1, 1, 99, 0);
	  SV("SVM start unaligned", (char *)m + 8, 4096, 0, 1, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 5);
	  SV("SVM size unaligned", m, 100, 0, 1, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 5);
	  SV("SVM start 0", 0, 4096, 0, 1, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 5);
	  SV("SVM size 0", m, 0, 0, 1, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 5);
	  SV("SVM op 2", m, 65536, 2, 1, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 5);
	  SV("SVM nattr 0", m, 65536, 0, 0, 0, 0, 0);
	  SV("SVM nattr 4 with cmd sized for 1", m, 65536, 0, 4, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 5);
	  SV("SVM unmapped address range", 0x200000000000ull, 65536, 0, 1, 1, KFD_IOCTL_SVM_ATTR_GRANULARITY, 5); }
	{ struct kfd_ioctl_criu_args a; for (unsigned o = 0; o <= 5; o++) { char l[48]; if (o == 4) { printf("# CRIU_OP op 4 (RESUME) is left out: with no GPU it oopses Linux 6.1 (NULL in amdgpu_amdkfd_criu_resume)\n"); continue; } memset(&a, 0, sizeof a); a.op = o; a.pid = getpid(); snprintf(l, sizeof l, "CRIU_OP op %u", o); r = io(AMDKFD_IOC_CRIU_OP, &a, &e); out(l, r, e, "num_devices=%u num_bos=%u", a.num_devices, a.num_bos); } }
	{ struct p_runtime_enable a = { 0, 0, 0 }; IO("RUNTIME_ENABLE mode 0 (disable, not enabled)", P_RUNTIME_ENABLE, &a); a.r_debug = (uintptr_t)z; a.mode_mask = 1; r = io(P_RUNTIME_ENABLE, &a, &e); out("RUNTIME_ENABLE mode 1", r, e, "capabilities=0x%x", a.capabilities_mask); a.mode_mask = 1; IO("RUNTIME_ENABLE mode 1 again", P_RUNTIME_ENABLE, &a); a.mode_mask = 0; a.r_debug = 0; IO("RUNTIME_ENABLE mode 0 (disable)", P_RUNTIME_ENABLE, &a); a.mode_mask = 0xf0; IO("RUNTIME_ENABLE mode 0xf0 (unknown bits)", P_RUNTIME_ENABLE, &a); }
	{ struct p_dbg_trap a; memset(&a, 0, sizeof a); a.pid = getpid(); IO("DBG_TRAP op 0 (enable) on self", P_DBG_TRAP, &a); a.pid = 0; IO("DBG_TRAP pid 0", P_DBG_TRAP, &a); a.pid = getpid(); a.op = 99; IO("DBG_TRAP op 99", P_DBG_TRAP, &a); }
}
static void run(const char *name, void (*f)(void))
{
	section(name); fflush(stdout);
	pid_t p = fork();
	if (!p) {	/* own kfd_process for every section */
		alarm(60); fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0) { printf("cannot open %s: %s\n", path, strerror(errno)); fflush(stdout); _exit(1); }
		f(); fflush(stdout); _exit(0);
	}
	int st = 0; waitpid(p, &st, 0);
	if (!WIFEXITED(st) || WEXITSTATUS(st)) { printf("T SECTION FAILED status=0x%x\n", st); fflush(stdout); exit(2); }
}
int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0); if (argc > 1) path = argv[1];
	struct utsname u; uname(&u); printf("# kfd_probe on %s %s %s, header KFD %d.%d\n", u.sysname, u.release, u.machine, KFD_IOCTL_MAJOR_VERSION, KFD_IOCTL_MINOR_VERSION);
	run("open, stat, read, write, poll", s_open);
	run("generic ioctl decoding", s_generic);
	run("events: create, set, reset, wait, destroy", s_event);
	run("events: create with an event_page_offset", s_pageoff);
	run("events: WAIT_EVENTS", s_wait);
	run("events: mmap of the event page and other mmap types", s_mmap);
	run("events: limit, page not mapped", s_limit0);
	run("events: limit, 4096 bytes mapped", s_limit1);
	run("events: limit, 32768 bytes mapped", s_limit2);
	run("process rules: several fds, fork, reopen", s_proc);
	run("GPU ioctls with no GPU", s_gpu);
	printf("\n# end\n");
	return 0;
}
