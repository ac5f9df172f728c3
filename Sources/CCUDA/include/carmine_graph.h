// Graphs: one struct for the parameters of both kinds of semaphore node.
#ifndef CARMINE_GRAPH_H
#define CARMINE_GRAPH_H
#include "carmine_cuda.h"

/// Of signals and of waits: the entries of paramsArray differ.
typedef struct carmine_semaphore_node {
  void **extSemArray;
  const void *paramsArray;
  unsigned int numExtSems;
  void *ctx;
} carmine_semaphore_node;

typedef struct carmine_semaphore_node_params {
  void **extSemArray;
  const void *paramsArray;
  unsigned int numExtSems;
} carmine_semaphore_node_params;
#endif
