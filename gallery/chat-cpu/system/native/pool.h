// The threads of all native kernels: work is dealt out in pieces, and whoever is free takes the next one.
//
// OpenMP's regions end when every thread has arrived. On cores that the HTTP front and the load share, one thread is always late; here the
// others take its pieces. Helpers spin for a moment between products and then sleep, so that an idle server uses no core.
#pragma once

#include <cstdint>

namespace pool {

using Piece = void (*)(void* context, int64_t index);

// Calls piece(context, index) for each index below `count`, on all threads; returns when all are done.
void deal(int64_t count, Piece piece, void* context);

template <class Function>
void deal(int64_t count, const Function& function) {
  const Piece piece = [](void* context, int64_t index) { (*static_cast<const Function*>(context))(index); };
  deal(count, piece, const_cast<Function*>(&function));
}

}  // namespace pool

// Threads from now on, the caller's included. Before the first product.
extern "C" void start_threads(int threads);
