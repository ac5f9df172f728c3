// One process, three libraries: libcudart.so.13, libcudart.so.12 and libcuda.so.1 on the same device, stream and pointers.
//
//   three_libraries one        one thread, each library sees what the others did
//   three_libraries threads    two host threads, one per runtime, at once on the same device
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *name;
  int (*malloc)(void **, size_t);
  int (*free)(void *);
  int (*memcpy)(void *, const void *, size_t, int);
  int (*memcpy_async)(void *, const void *, size_t, int, void *);
  int (*memset_async)(void *, int, size_t, void *);
  int (*stream_create)(void **);
  int (*stream_synchronize)(void *);
  int (*stream_destroy)(void *);
  int (*event_create)(void **);
  int (*event_record)(void *, void *);
  int (*event_synchronize)(void *);
  int (*stream_wait_event)(void *, void *, unsigned);
  int (*version)(int *);
  int (*synchronize)(void);
} runtime;

static struct {
  int (*init)(unsigned);
  int (*current)(void **);
  int (*memset8)(uint64_t, unsigned char, size_t);
  int (*to_host)(void *, uint64_t, size_t);
  int (*load)(void **, const void *);
  int (*function)(void **, void *, const char *);
  int (*launch)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **);
} driver;

enum { to_device = 1, to_host = 2 };

static void *symbol(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found) {
    printf("why: no %s: %s\n", name, dlerror());
    exit(1);
  }
  return found;
}
static void *library(const char *name) {
  void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    printf("why: %s\n", dlerror());
    exit(1);
  }
  return handle;
}
static runtime open_runtime(const char *name) {
  void *l = library(name);
  return (runtime){name, symbol(l, "cudaMalloc"), symbol(l, "cudaFree"), symbol(l, "cudaMemcpy"), symbol(l, "cudaMemcpyAsync"),
                   symbol(l, "cudaMemsetAsync"), symbol(l, "cudaStreamCreate"), symbol(l, "cudaStreamSynchronize"), symbol(l, "cudaStreamDestroy"),
                   symbol(l, "cudaEventCreate"), symbol(l, "cudaEventRecord"), symbol(l, "cudaEventSynchronize"), symbol(l, "cudaStreamWaitEvent"),
                   symbol(l, "cudaRuntimeGetVersion"), symbol(l, "cudaDeviceSynchronize")};
}
static void open_driver(void) {
  void *l = library("libcuda.so.1");
  driver.init = symbol(l, "cuInit"), driver.current = symbol(l, "cuCtxGetCurrent"), driver.memset8 = symbol(l, "cuMemsetD8_v2");
  driver.to_host = symbol(l, "cuMemcpyDtoH_v2"), driver.load = symbol(l, "cuModuleLoadData"), driver.function = symbol(l, "cuModuleGetFunction");
  driver.launch = symbol(l, "cuLaunchKernel");
}

#define CHECK(call)                                                   \
  do {                                                                \
    int error_ = (call);                                              \
    if (error_) {                                                     \
      printf("why: %s answers %d (line %d)\n", #call, error_, __LINE__); \
      exit(1);                                                        \
    }                                                                 \
  } while (0)
#define EXPECT(condition)                                             \
  do {                                                                \
    if (!(condition)) {                                               \
      printf("why: not %s (line %d)\n", #condition, __LINE__);        \
      exit(1);                                                        \
    }                                                                 \
  } while (0)

// p[i] = p[i] * 2 + k for one block's worth a block.
static const char ptx[] =
    ".version 7.0\n.target sm_50\n.address_size 64\n"
    ".visible .entry twice(.param .u64 pointer, .param .u32 addend)\n{\n"
    "  .reg .b32 %r<8>;\n  .reg .b64 %d<4>;\n"
    "  ld.param.u64 %d1, [pointer];\n  ld.param.u32 %r1, [addend];\n"
    "  mov.u32 %r2, %ctaid.x;\n  mov.u32 %r3, %ntid.x;\n  mov.u32 %r4, %tid.x;\n  mad.lo.s32 %r5, %r2, %r3, %r4;\n"
    "  cvta.to.global.u64 %d1, %d1;\n  mul.wide.s32 %d2, %r5, 4;\n  add.s64 %d3, %d1, %d2;\n"
    "  ld.global.u32 %r6, [%d3];\n  shl.b32 %r6, %r6, 1;\n  add.s32 %r6, %r6, %r1;\n  st.global.u32 [%d3], %r6;\n  ret;\n}\n";

enum { elements = 4096 };

static void *twice;
static void load_kernel(void) {
  void *module = NULL;
  CHECK(driver.load(&module, ptx));
  CHECK(driver.function(&twice, module, "twice"));
}
static void launch(void *pointer, uint32_t addend, void *stream) {
  void *arguments[] = {&pointer, &addend};
  CHECK(driver.launch(twice, elements / 128, 1, 1, 128, 1, 1, 0, stream, arguments, NULL));
}

static void one(runtime *a, runtime *b) {
  int version = 0;
  CHECK(a->version(&version));
  EXPECT(version / 1000 == 13);
  CHECK(b->version(&version));
  EXPECT(version / 1000 == 12);
  static uint32_t host[elements], back[elements];
  void *pointer = NULL, *stream = NULL, *event = NULL, *other = NULL;
  CHECK(a->malloc(&pointer, sizeof host));
  CHECK(a->stream_create(&stream));
  CHECK(driver.init(0));
  void *context = NULL;
  CHECK(driver.current(&context));
  EXPECT(context != NULL);
  load_kernel();

  // 13's pointer and stream, 12's copies, libcuda's kernel, all in the stream's order.
  for (uint32_t i = 0; i < elements; i++) host[i] = i * 3;
  CHECK(b->memcpy_async(pointer, host, sizeof host, to_device, stream));
  launch(pointer, 7, stream);
  CHECK(b->memcpy_async(back, pointer, sizeof back, to_host, stream));
  CHECK(a->stream_synchronize(stream));
  for (uint32_t i = 0; i < elements; i++) EXPECT(back[i] == i * 6 + 7);

  // 12's event on 13's stream orders a stream of 12's.
  CHECK(b->event_create(&event));
  CHECK(b->stream_create(&other));
  launch(pointer, 1, stream);
  CHECK(b->event_record(event, stream));
  CHECK(a->stream_wait_event(other, event, 0));
  launch(pointer, 2, other);
  CHECK(b->stream_synchronize(other));
  CHECK(driver.to_host(back, (uint64_t)(uintptr_t)pointer, sizeof back));
  for (uint32_t i = 0; i < elements; i++) EXPECT(back[i] == ((i * 6 + 7) * 2 + 1) * 2 + 2);

  // libcuda fills, each runtime reads.
  CHECK(driver.memset8((uint64_t)(uintptr_t)pointer, 0xa5, sizeof host));
  CHECK(a->memcpy(host, pointer, sizeof host, to_host));
  CHECK(b->memcpy(back, pointer, sizeof back, to_host));
  for (uint32_t i = 0; i < elements; i++) EXPECT(host[i] == 0xa5a5a5a5 && back[i] == 0xa5a5a5a5);
  // What one allocated the other frees, once.
  CHECK(a->stream_destroy(other));
  CHECK(b->stream_destroy(stream));
  CHECK(b->free(pointer));
  EXPECT(a->free(pointer) == 1);
  printf("one device state behind three libraries\n");
}

static struct { void *pointer; atomic_int turn; } shared;

typedef struct { runtime *runtime; int index; } job;

static void *work(void *argument) {
  job *j = argument;
  runtime *r = j->runtime;
  uint32_t *host = malloc(elements * sizeof *host), *back = malloc(elements * sizeof *back);
  void *stream = NULL, *pointer = NULL, *event = NULL;
  CHECK(r->stream_create(&stream));
  CHECK(r->event_create(&event));
  for (uint32_t round = 0; round < 60; round++) {
    CHECK(r->malloc(&pointer, elements * sizeof *host));
    for (uint32_t i = 0; i < elements; i++) host[i] = i + round * 11 + (uint32_t)j->index * 1000003;
    CHECK(r->memset_async(pointer, 0xff, elements * sizeof *host, stream));
    CHECK(r->memcpy_async(pointer, host, elements * sizeof *host, to_device, stream));
    launch(pointer, round, stream);
    CHECK(r->event_record(event, stream));
    CHECK(r->event_synchronize(event));
    CHECK(r->memcpy_async(back, pointer, elements * sizeof *back, to_host, stream));
    CHECK(r->stream_synchronize(stream));
    for (uint32_t i = 0; i < elements; i++) EXPECT(back[i] == host[i] * 2 + round);
    CHECK(r->free(pointer));
    // In turns, on one pointer: each reads what the other wrote.
    while (atomic_load(&shared.turn) != j->index) {}
    CHECK(r->memcpy(back, shared.pointer, 16, to_host));
    EXPECT(back[0] == round * 2 + (uint32_t)j->index);
    back[0] += 1;
    CHECK(r->memcpy(shared.pointer, back, 16, to_device));
    atomic_store(&shared.turn, 1 - j->index);
  }
  free(host), free(back);
  return NULL;
}

int main(int count, char **words) {
  runtime a = open_runtime("libcudart.so.13"), b = open_runtime("libcudart.so.12");
  open_driver();
  if (count > 1 && !strcmp(words[1], "threads")) {
    CHECK(a.malloc(&shared.pointer, 64));
    CHECK(driver.memset8((uint64_t)(uintptr_t)shared.pointer, 0, 64));
    load_kernel();
    job jobs[2] = {{&a, 0}, {&b, 1}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, work, &jobs[i]);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    printf("two threads, two runtimes, one device\n");
    return 0;
  }
  one(&a, &b);
  return 0;
}
