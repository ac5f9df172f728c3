/* What every public header needs: which CUDA it speaks, and the few words that C and C++ spell differently.
   CARMINE_CUDA is 13 (CUDA 13.5) unless a program is compiled with -DCARMINE_CUDA=12 (CUDA 12.9): the two differ in
   layouts, names and arguments, and go with libcudart.so.13 and libcudart.so.12. */
#ifndef CARMINE_BASE_H
#define CARMINE_BASE_H

#ifndef CARMINE_CUDA
#define CARMINE_CUDA 13
#endif
#if CARMINE_CUDA == 13
#define CARMINE_CUDA_VERSION 13050
#elif CARMINE_CUDA == 12
#define CARMINE_CUDA_VERSION 12090
#else
#error "CARMINE_CUDA is 12 or 13"
#endif

#include <limits.h>
#include <stddef.h>

#include "../crt/host_defines.h"

#ifdef __cplusplus
#define CARMINE_C_BEGIN extern "C" {
#define CARMINE_C_END }
#define CARMINE_DEFAULT(value) = value /* an argument that C++ may leave out */
#else
#define CARMINE_C_BEGIN
#define CARMINE_C_END
#define CARMINE_DEFAULT(value)
#endif

#if defined(__cplusplus)
#define CARMINE_ALIGN(bytes) alignas(bytes)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define CARMINE_ALIGN(bytes) _Alignas(bytes)
#else
#define CARMINE_ALIGN(bytes) /* as in the toolkit: older C does without */
#endif

/* With CARMINE_PLAIN, handles are addresses and fields of enumeration type are integers, as the library itself takes them. */
#ifdef CARMINE_PLAIN
#define CARMINE_HANDLE(tag) void *
#define CARMINE_ENUM(tag) int
#define CARMINE_ENUM_TYPE(name) int
#else
#define CARMINE_HANDLE(tag) struct tag *
#define CARMINE_ENUM(tag) enum tag
#define CARMINE_ENUM_TYPE(name) name
#endif

#ifdef CUDA_ENABLE_DEPRECATED
#define CARMINE_DEPRECATED
#else
#define CARMINE_DEPRECATED __attribute__((deprecated))
#endif

#endif
