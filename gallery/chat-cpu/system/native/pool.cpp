#include "pool.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

namespace pool {
namespace {

constexpr auto kHelperSpin = std::chrono::microseconds(200);  // longer than what Python does between two products of a step
constexpr auto kCallerSpin = std::chrono::microseconds(20);

// One word names the job and its next free piece, so that a late helper can't take a piece of the job after the one it looked at.
constexpr uint64_t kIndex = (1ull << 32) - 1;

std::mutex callers;
std::atomic<uint64_t> ticket{0};     // job << 32 | next piece
std::atomic<uint32_t> job_number{0}; // what sleeping helpers wait on
std::atomic<int64_t> pieces{0}, done{0};
std::atomic<Piece> job_piece{nullptr};
std::atomic<void*> job_context{nullptr};
int helpers = 0;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

template <class Ready>
bool spin(std::chrono::microseconds limit, Ready&& ready) {
  const auto end = std::chrono::steady_clock::now() + limit;
  do {
    for (int i = 0; i < 32; i++) {
      if (ready()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return ready();
}

void take_pieces(uint64_t job) {
  const int64_t count = pieces.load();
  const Piece piece = job_piece.load();
  void* const context = job_context.load();
  uint64_t seen = ticket.load();
  while (seen >> 32 == job && int64_t(seen & kIndex) < count) {
    if (!ticket.compare_exchange_weak(seen, seen + 1)) continue;
    piece(context, int64_t(seen & kIndex));
    if (done.fetch_add(1) + 1 == count) done.notify_all();
    seen = ticket.load();
  }
}

void help() {
  uint32_t seen = 0;
  for (;;) {
    if (!spin(kHelperSpin, [&] { return job_number.load() != seen; })) job_number.wait(seen);
    seen = job_number.load();
    take_pieces(seen);
  }
}

}  // namespace

void deal(int64_t count, Piece piece, void* context) {
  if (count <= 0) return;
  const std::lock_guard<std::mutex> lock(callers);
  const uint32_t job = job_number.load() + 1;
  ticket.store(uint64_t(job) << 32 | kIndex);  // closed until the job is written
  pieces.store(count), job_piece.store(piece), job_context.store(context), done.store(0);
  ticket.store(uint64_t(job) << 32);
  job_number.store(job);
  if (helpers > 0) job_number.notify_all();
  take_pieces(job);
  if (spin(kCallerSpin, [&] { return done.load() == count; })) return;
  // A helper was put off its core with a piece in hand: sleeping frees this core for it.
  for (int64_t seen = done.load(); seen < count; seen = done.load()) done.wait(seen);
}

}  // namespace pool

extern "C" void start_threads(int threads) {
  for (; pool::helpers < threads - 1; pool::helpers++) std::thread(pool::help).detach();
}
