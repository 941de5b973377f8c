// Products of a few rows with a packed weight: y[m,n] = x[m,k] w[n,k]^T, summed in fp32.
//
// Most checkpoints are published in bfloat16. A weight whose numbers all fit into it is kept so, which halves what crosses the memory bus and changes no
// result: widening is a shift. Any other weight is kept in fp32.
//
// A weight is packed into panels of kWidth output columns, and a panel holds its k rows one after another, so that a thread reads memory in one
// straight line. A tile keeps up to kRows x kWidth sums in registers and passes over a block of a panel that stays in the first cache; while
// the tiles of one block compute, they fetch the next block. So a weight crosses the memory bus once for any number of rows.
//
// GCC's vector extensions make the same source AVX-512, AVX2 or NEON by -march=native.
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>

#include "matrix.h"
#include "pool.h"
#include "tiles.h"
#include "vector.h"

namespace {

constexpr int64_t kDepth = 6144 / kWidth;  // rows of a block: 24 KB in fp32, which stay in the first cache
constexpr int64_t kChunk = 60;             // the most rows of x that pass over a panel together
constexpr int64_t kAheadRows = 128;        // how far a lone tile fetches ahead
constexpr int64_t kLineBytes = 64;

using Bfloat16 = uint16_t;
typedef Bfloat16 Narrow __attribute__((vector_size(kLanes * 2), aligned(2)));

inline Vector widen(const float* weights) { return *(const Vector*)weights; }
inline Vector widen(const Bfloat16* weights) { return (Vector)(__builtin_convertvector(*(const Narrow*)weights, Integers) << 16); }

inline void narrow(float value, float* weight) { *weight = value; }
inline void narrow(float value, Bfloat16* weight) { *weight = Bfloat16(std::bit_cast<uint32_t>(value) >> 16); }

struct Sums {
  Vector low, high;
};

template <class Weight>
struct Block {
  const Weight* weights;
  int64_t depth;
  const char* next;      // what to fetch meanwhile
  int64_t next_stride;   // bytes of it for each row of this block
};

template <int ROWS, class Weight>
void tile(const float* x, int64_t x_stride, const Block<Weight>& block, Sums* sums) {
  Vector low[ROWS], high[ROWS];
  for (int row = 0; row < ROWS; row++) low[row] = sums[row].low, high[row] = sums[row].high;
  for (int64_t k = 0; k < block.depth; k++) {
    const Vector first = widen(block.weights + k * kWidth), second = widen(block.weights + k * kWidth + kLanes);
    __builtin_prefetch(block.next + k * block.next_stride, 0, 2);
    if (block.next_stride > kLineBytes) __builtin_prefetch(block.next + k * block.next_stride + kLineBytes, 0, 2);
#pragma GCC unroll 16
    for (int row = 0; row < ROWS; row++) {
      const float value = x[row * x_stride + k];
      low[row] += value * first;
      high[row] += value * second;
    }
  }
  for (int row = 0; row < ROWS; row++) sums[row].low = low[row], sums[row].high = high[row];
}

template <int ROWS = kRows, class Weight>
void tile_of(int64_t rows, const float* x, int64_t x_stride, const Block<Weight>& block, Sums* sums) {
  if constexpr (ROWS > 1)
    if (rows < ROWS) return tile_of<ROWS - 1>(rows, x, x_stride, block, sums);
  tile<ROWS>(x, x_stride, block, sums);
}

// One tile over a block that is read once: it fetches ahead along the panel.
template <class Weight>
void lone_tile(const float* x, int64_t m, int64_t k, const Weight* weights, int64_t depth, Sums* sums) {
  constexpr int64_t kRowBytes = kWidth * sizeof(Weight);
  tile_of(m, x, k, Block<Weight>{weights, depth, (const char*)weights + kAheadRows * kRowBytes, kRowBytes}, sums);
}

// Several tiles over one block: together they fetch the next one. Numbers that must be widened are so once for all tiles.
template <class Weight>
void many_tiles(int64_t tiles, const float* x, int64_t m, int64_t k, const Weight* weights, int64_t depth, Sums* sums) {
  constexpr int64_t kRowBytes = kWidth * sizeof(Weight);
  alignas(kLineBytes) float wide[sizeof(Weight) < sizeof(float) ? kDepth * kWidth : 1];
  const float* ready = (const float*)weights;
  if constexpr (sizeof(Weight) < sizeof(float)) {
    for (int64_t i = 0; i < depth * kWidth; i += kLanes) *(Vector*)(wide + i) = widen(weights + i);
    ready = wide;
  }
  for (int64_t index = 0; index < tiles; index++) {
    const int64_t from = m * index / tiles, to = m * (index + 1) / tiles;
    const char* const next = (const char*)weights + depth * kRowBytes * (tiles + index) / tiles;
    tile_of(to - from, x + from * k, k, Block<float>{ready, depth, next, kRowBytes / tiles}, sums + from);
  }
}

// At most kChunk rows of x over one panel; columns [column, column + kWidth) of y.
template <class Weight>
void panel_product(const float* x, int64_t m, int64_t k, const Weight* panel, float* y, int64_t n, int64_t column) {
  const int64_t tiles = (m + kRows - 1) / kRows;
  Sums sums[kChunk];
  memset(sums, 0, m * sizeof(Sums));
  for (int64_t start = 0; start < k; start += kDepth) {
    const int64_t depth = std::min(kDepth, k - start);
    const Weight* const weights = panel + start * kWidth;
    if (tiles == 1) lone_tile(x + start, m, k, weights, depth, sums);
    else many_tiles(tiles, x + start, m, k, weights, depth, sums);
  }
  const size_t bytes = std::min(kWidth, n - column) * sizeof(float);
  for (int64_t row = 0; row < m; row++) memcpy(y + row * n + column, &sums[row], bytes);
}

// Columns [column, column + kWidth) of a weight, zero beyond the last one.
template <class Weight>
void pack_panel(const float* weight, int64_t n, int64_t k, Weight* panel, int64_t column) {
  const int64_t width = std::min(kWidth, n - column);
  if (width < kWidth) memset(panel, 0, kWidth * k * sizeof(Weight));
  for (int64_t start = 0; start < k; start += kLanes)  // a line of each column at a time
    for (int64_t lane = 0; lane < width; lane++)
      for (int64_t i = start; i < std::min(start + kLanes, k); i++) narrow(weight[(column + lane) * k + i], panel + i * kWidth + lane);
}

// A weight in 4 KB pages costs a page-table walk every 64 lines.
void ask_huge_pages(void* start, int64_t bytes) {
#ifdef MADV_HUGEPAGE
  const uintptr_t page = 1 << 21, from = ((uintptr_t)start + page - 1) / page * page, to = ((uintptr_t)start + bytes) / page * page;
  if (to > from) madvise((void*)from, to - from, MADV_HUGEPAGE);
#endif
}

template <class Weight>
void pack_as(const float* weight, int64_t n, int64_t k, Weight* panels) {
  const int64_t count = (n + kWidth - 1) / kWidth;
  ask_huge_pages(panels, count * kWidth * k * sizeof(Weight));
  pool::deal(count, [=](int64_t panel) { pack_panel(weight, n, k, panels + panel * kWidth * k, panel * kWidth); });
}

template <class Weight>
void product(const Weight* panels, int64_t n, int64_t k, const float* x, int64_t rows, float* y) {
  const int64_t chunks = (rows + kChunk - 1) / kChunk;
  pool::deal((n + kWidth - 1) / kWidth, [=](int64_t panel) {
    for (int64_t chunk = 0; chunk < chunks; chunk++) {
      const int64_t from = rows * chunk / chunks, to = rows * (chunk + 1) / chunks;
      panel_product(x + from * k, to - from, k, panels + panel * kWidth * k, y + from * n, n, panel * kWidth);
    }
  });
}

}  // namespace

extern "C" int64_t panel_width() { return kWidth; }

// The least number of bytes that keeps each of `count` numbers as it is: 2 for bfloat16, 4 for fp32.
extern "C" int64_t bytes_needed(const float* weight, int64_t count) {
  constexpr int64_t kPiece = 1 << 20;
  std::atomic<uint32_t> rest{0};
  pool::deal((count + kPiece - 1) / kPiece, [&](int64_t piece) {
    uint32_t found = 0;
    for (int64_t i = piece * kPiece; i < std::min(count, (piece + 1) * kPiece); i++) found |= std::bit_cast<uint32_t>(weight[i]) & 0xffff;
    rest |= found;
  });
  return rest.load() ? sizeof(float) : sizeof(Bfloat16);
}

// `panels` has room for n rounded up to whole panels, times k, of so many bytes each.
extern "C" void pack(const float* weight, int64_t n, int64_t k, int64_t bytes, void* panels) {
  if (bytes == sizeof(Bfloat16) && tiles::fit(k)) return tiles::pack(weight, n, k, (Bfloat16*)panels);
  if (bytes == sizeof(Bfloat16)) return pack_as(weight, n, k, (Bfloat16*)panels);
  pack_as(weight, n, k, (float*)panels);
}

extern "C" void linear(const Matrix* matrix, const float* x, int64_t rows, float* y) {
  const int64_t n = matrix->outputs, k = matrix->inputs;
  if (matrix->bytes == sizeof(Bfloat16) && tiles::fit(k)) return tiles::product((const Bfloat16*)matrix->weights, n, k, x, rows, y);
  if (matrix->bytes == sizeof(Bfloat16)) return product((const Bfloat16*)matrix->weights, n, k, x, rows, y);
  product((const float*)matrix->weights, n, k, x, rows, y);
}
