// Attention of a whole batch over a KV cache: stores the new keys and values, then computes what each query sees.
//
// Keys lie in blocks of kWidth tokens, within a block dimension by dimension, so that a block of scores is a product with a panel; values lie token by
// token, so that what a query sees is another. Queries that share a key head (grouped attention) are the rows of one product, and nothing is
// padded to the longest sequence. All heads and sequences, and stretches of a prompt, are pieces for whichever thread is free.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "attention.h"
#include "pool.h"
#include "vector.h"

namespace {

constexpr int64_t kQueries = 16;  // tokens of a prompt in one piece

int64_t round_up(int64_t count) { return (count + kWidth - 1) / kWidth * kWidth; }

struct Shape {
  int64_t heads, kv_heads, head_dim, context;  // context: tokens of a slot
  int64_t group() const { return heads / kv_heads; }
  int64_t value_stride() const { return round_up(head_dim); }
  int64_t key_floats() const { return round_up(context) * head_dim; }
  int64_t value_floats() const { return context * value_stride(); }
};

struct Rows {
  const float* data;
  int64_t stride;
  const float* head(int64_t row, int64_t head, int64_t head_dim) const { return data + row * stride + head * head_dim; }
};

// sums[row] = sum over k of x[row, k] * weights[k], for kWidth columns.
template <int ROWS>
void product(const float* x, int64_t x_stride, const float* weights, int64_t weights_stride, int64_t depth, float* out, int64_t out_stride) {
  Vector low[ROWS] = {}, high[ROWS] = {};
  for (int64_t k = 0; k < depth; k++) {
    const Vector first = *(const Vector*)(weights + k * weights_stride), second = *(const Vector*)(weights + k * weights_stride + kLanes);
#pragma GCC unroll 16
    for (int row = 0; row < ROWS; row++) {
      const float value = x[row * x_stride + k];
      low[row] += value * first;
      high[row] += value * second;
    }
  }
  for (int row = 0; row < ROWS; row++) {
    *(Vector*)(out + row * out_stride) = low[row];
    *(Vector*)(out + row * out_stride + kLanes) = high[row];
  }
}

template <int ROWS = kRows, class... Arguments>
void product_of(int64_t rows, Arguments... arguments) {
  if constexpr (ROWS > 1)
    if (rows < ROWS) return product_of<ROWS - 1>(rows, arguments...);
  product<ROWS>(arguments...);
}

// Scores become weights that sum to the result; those from `length` to `end` become 0.
float weigh(float* scores, int64_t length, int64_t end) {
  std::fill(scores + length, scores + end, -INFINITY);
  Vector most = Vector{} - INFINITY;
  for (int64_t i = 0; i < end; i += kLanes) {
    const Vector score = *(const Vector*)(scores + i);
    most = score > most ? score : most;
  }
  float largest = -INFINITY;
  for (int lane = 0; lane < kLanes; lane++) largest = std::max(largest, most[lane]);
  Vector total = {};
  for (int64_t i = 0; i < end; i += kLanes) {
    const Vector weight = exponential(*(const Vector*)(scores + i) - largest);
    *(Vector*)(scores + i) = weight;
    total += weight;
  }
  float sum = 0;
  for (int lane = 0; lane < kLanes; lane++) sum += total[lane];
  return sum;
}

struct Step {
  Shape shape;
  Rows query, key, value;
  float *keys, *values;  // of one layer: slot, key head, then as above
  float* out;

  float* keys_of(const Span& span, int64_t head) const { return keys + (span.slot * shape.kv_heads + head) * shape.key_floats(); }
  float* values_of(const Span& span, int64_t head) const { return values + (span.slot * shape.kv_heads + head) * shape.value_floats(); }

  void store(const Span& span, int64_t head) const {
    float *const blocks = keys_of(span, head), *const tokens = values_of(span, head);
    for (int64_t i = 0; i < span.count; i++) {
      const int64_t position = span.start + i;
      float* const column = blocks + position / kWidth * kWidth * shape.head_dim + position % kWidth;
      const float* const new_key = key.head(span.row + i, head, shape.head_dim);
      for (int64_t d = 0; d < shape.head_dim; d++) column[d * kWidth] = new_key[d];
      memcpy(tokens + position * shape.value_stride(), value.head(span.row + i, head, shape.head_dim), shape.head_dim * sizeof(float));
    }
  }

  // Tokens [from, to) of a span, all queries of one key head: their rows are (token, query head).
  void attend(const Span& span, int64_t head, int64_t from, int64_t to) const {
    const int64_t rows = (to - from) * shape.group();
    for (int64_t first = 0; first < rows; first += kRows) attend_tile(span, head, from * shape.group() + first, std::min(kRows, rows - first));
  }

  void attend_tile(const Span& span, int64_t head, int64_t first, int64_t rows) const {
    const int64_t group = shape.group(), dim = shape.head_dim;
    const int64_t end = round_up(span.start + (first + rows - 1) / group + 1);
    thread_local std::vector<float> scratch;
    scratch.resize(kRows * (end + dim + shape.value_stride()));
    float *const queries = scratch.data(), *const scores = queries + kRows * dim, *const seen = scores + kRows * end;
    const float scale = 1 / std::sqrt(float(dim));
    for (int64_t row = 0; row < rows; row++) {
      const float* const from = query.head(span.row + (first + row) / group, head * group + (first + row) % group, dim);
      for (int64_t d = 0; d < dim; d++) queries[row * dim + d] = from[d] * scale;
    }
    const float *const blocks = keys_of(span, head), *const tokens = values_of(span, head);
    for (int64_t token = 0; token < end; token += kWidth) product_of(rows, queries, dim, blocks + token * dim, kWidth, dim, scores + token, end);
    float sums[kRows];
    for (int64_t row = 0; row < rows; row++) sums[row] = weigh(scores + row * end, span.start + (first + row) / group + 1, end);
    const int64_t length = span.start + (first + rows - 1) / group + 1;
    for (int64_t d = 0; d < shape.value_stride(); d += kWidth)
      product_of(rows, scores, end, tokens + d, shape.value_stride(), length, seen + d, shape.value_stride());
    for (int64_t row = 0; row < rows; row++) {
      float* const to = out + ((span.row + (first + row) / group) * shape.heads + head * group + (first + row) % group) * dim;
      for (int64_t d = 0; d < dim; d++) to[d] = seen[row * shape.value_stride() + d] / sums[row];
    }
  }
};

struct Piece {
  int64_t span, head, from, to;
};

std::vector<Piece> cut(const Span* spans, int64_t count, int64_t kv_heads) {
  std::vector<Piece> pieces;
  for (int64_t span = 0; span < count; span++)
    for (int64_t from = 0; from < spans[span].count; from += kQueries)
      for (int64_t head = 0; head < kv_heads; head++) pieces.push_back({span, head, from, std::min(from + kQueries, spans[span].count)});
  return pieces;
}

}  // namespace

// Floats that the keys and the values of one slot take in one layer.
extern "C" int64_t slot_key_floats(int64_t kv_heads, int64_t head_dim, int64_t context) { return kv_heads * Shape{0, kv_heads, head_dim, context}.key_floats(); }
extern "C" int64_t slot_value_floats(int64_t kv_heads, int64_t head_dim, int64_t context) { return kv_heads * Shape{0, kv_heads, head_dim, context}.value_floats(); }

extern "C" void attend(const Span* spans, int64_t count, int64_t heads, int64_t kv_heads, int64_t head_dim, int64_t context, const float* query,
                       int64_t query_stride, const float* key, int64_t key_stride, const float* value, int64_t value_stride, float* keys,
                       float* values, float* out) {
  const Step step{{heads, kv_heads, head_dim, context}, {query, query_stride}, {key, key_stride}, {value, value_stride}, keys, values, out};
  const std::vector<Piece> pieces = cut(spans, count, kv_heads);
  if (int64_t(pieces.size()) == count * kv_heads)  // each piece is a whole span: it stores what it needs
    return pool::deal(pieces.size(), [&](int64_t index) {
      const Piece& piece = pieces[index];
      step.store(spans[piece.span], piece.head);
      step.attend(spans[piece.span], piece.head, piece.from, piece.to);
    });
  pool::deal(count * kv_heads, [&](int64_t index) { step.store(spans[index / kv_heads], index % kv_heads); });
  pool::deal(pieces.size(), [&](int64_t index) {
    const Piece& piece = pieces[index];
    step.attend(spans[piece.span], piece.head, piece.from, piece.to);
  });
}
