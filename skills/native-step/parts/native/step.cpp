// A whole step of a Llama in one call: embedding, all layers, and the logits of the rows that are wanted.
//
// What lies between two products (normalisation, rotation, gate) is done row by row, on all threads when there are many rows. Buffers live as long as
// the process, so that a prefill touches no fresh page.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "attention.h"
#include "matrix.h"
#include "pool.h"
#include "vector.h"

// Missing where the weights are torch's; runtime.py does not call us then.
extern "C" void linear(const Matrix* matrix, const float* x, int64_t rows, float* y) __attribute__((weak));

namespace {

constexpr int64_t kRowsPerPiece = 4;

float total(Vector vector) {
  float sum = 0;
  for (int lane = 0; lane < kLanes; lane++) sum += vector[lane];
  return sum;
}

template <class Function>
void each_row(int64_t rows, const Function& function) {
  if (rows <= 2 * kRowsPerPiece) {
    for (int64_t row = 0; row < rows; row++) function(row);
    return;
  }
  pool::deal((rows + kRowsPerPiece - 1) / kRowsPerPiece, [&](int64_t piece) {
    for (int64_t row = piece * kRowsPerPiece; row < std::min(rows, (piece + 1) * kRowsPerPiece); row++) function(row);
  });
}

// x becomes x + change (if there is one), out its normal form.
void add_and_normalise(float* x, const float* change, const float* weight, int64_t size, float epsilon, float* out) {
  if (change)
    for (int64_t i = 0; i < size; i++) x[i] += change[i];
  Vector squares = {};
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Vector value = *(const Vector*)(x + i);
    squares += value * value;
  }
  float sum = total(squares);
  for (; i < size; i++) sum += x[i] * x[i];
  const float scale = 1 / std::sqrt(sum / float(size) + epsilon);
  for (i = 0; i < size; i++) out[i] = x[i] * scale * weight[i];
}

// The two halves of each head are turned against each other; the sines of the first half are negative.
void rotate(float* heads, int64_t count, int64_t size, const float* cosine, const float* sine) {
  const int64_t half = size / 2;
  for (float* head = heads; head < heads + count * size; head += size)
    for (int64_t d = 0; d < half; d++) {
      const float low = head[d], high = head[d + half];
      head[d] = low * cosine[d] + high * sine[d];
      head[d + half] = high * cosine[d + half] + low * sine[d + half];
    }
}

// out = silu(gate) * up; e^-|gate| cannot overflow.
void gate_row(const float* gate, const float* up, int64_t size, float* out) {
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Vector g = *(const Vector*)(gate + i), small = exponential(g < 0 ? g : -g);
    *(Vector*)(out + i) = g * (g < 0 ? small : Vector{} + 1.0f) / (1.0f + small) * *(const Vector*)(up + i);
  }
  for (; i < size; i++) out[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
}

}  // namespace

// As runtime.py lays them out, field by field, eight bytes each.
struct Layer {
  const float* before_attention;
  const Matrix *qkv, *output;
  const float* before_feed;
  const Matrix *gate_up, *down;
  const float *query_norm, *key_norm;  // null where heads are not normalised
  float *keys, *values;
};

struct Model {
  int64_t layers, hidden, heads, kv_heads, head_dim, context;
  double epsilon;
  const float *embedding, *cosine, *sine, *norm;
  const Matrix* head;
};

struct Batch {
  int64_t rows, spans, samples;
  const int64_t *tokens, *positions;
  const Span* span;
  const int64_t* wanted;
  float* logits;
};

namespace {

struct Buffers {
  std::vector<float> hidden, normal, qkv, seen, gate_up, gated, change;
};

class Pass {
 public:
  Pass(const Model& model, const Batch& batch, Buffers& buffers) : model_(model), batch_(batch), buffers_(buffers), rows_(batch.rows) {}

  void run(const Layer* layers) {
    embed();
    for (int64_t index = 0; index < model_.layers; index++) {
      const Layer& layer = layers[index];
      normalise(index ? buffers_.change.data() : nullptr, layer.before_attention);
      look(layer);
      if (index == model_.layers - 1) keep_wanted();
      multiply(layer.output, buffers_.seen, buffers_.change);
      normalise(buffers_.change.data(), layer.before_feed);
      feed(layer);
    }
    normalise(buffers_.change.data(), model_.norm);
    linear(model_.head, buffers_.normal.data(), rows_, batch_.logits);
  }

 private:
  static float* sized(std::vector<float>& buffer, int64_t size) {
    if (int64_t(buffer.size()) < size) buffer.resize(size);
    return buffer.data();
  }

  void multiply(const Matrix* matrix, const std::vector<float>& x, std::vector<float>& y) {
    linear(matrix, x.data(), rows_, sized(y, rows_ * matrix->outputs));
  }

  void embed() {
    float* const hidden = sized(buffers_.hidden, rows_ * model_.hidden);
    each_row(rows_, [&](int64_t row) {
      memcpy(hidden + row * model_.hidden, model_.embedding + batch_.tokens[row] * model_.hidden, model_.hidden * sizeof(float));
    });
  }

  void normalise(const float* change, const float* weight) {
    const int64_t size = model_.hidden;
    float *const hidden = buffers_.hidden.data(), *const normal = sized(buffers_.normal, rows_ * size);
    each_row(rows_, [&](int64_t row) {
      add_and_normalise(hidden + row * size, change ? change + row * size : nullptr, weight, size, model_.epsilon, normal + row * size);
    });
  }

  void look(const Layer& layer) {
    multiply(layer.qkv, buffers_.normal, buffers_.qkv);
    const int64_t dim = model_.head_dim, width = layer.qkv->outputs, turned = model_.heads + model_.kv_heads;
    float* const qkv = buffers_.qkv.data();
    each_row(rows_, [&](int64_t row) {
      const int64_t position = batch_.positions[row] * dim;
      for (int64_t head = 0; layer.query_norm && head < turned; head++) {
        float* const x = qkv + row * width + head * dim;
        add_and_normalise(x, nullptr, head < model_.heads ? layer.query_norm : layer.key_norm, dim, model_.epsilon, x);
      }
      rotate(qkv + row * width, turned, dim, model_.cosine + position, model_.sine + position);
    });
    attend(batch_.span, batch_.spans, model_.heads, model_.kv_heads, dim, model_.context, qkv, width, qkv + model_.heads * dim, width,
           qkv + turned * dim, width, layer.keys, layer.values, sized(buffers_.seen, rows_ * model_.heads * dim));
  }

  // In the last layer the other rows have left what they know in the cache. `wanted` ascends, so rows move to the front in place.
  void keep_wanted() {
    const int64_t seen = model_.heads * model_.head_dim, hidden = model_.hidden;
    for (int64_t i = 0; i < batch_.samples; i++) {
      memmove(buffers_.seen.data() + i * seen, buffers_.seen.data() + batch_.wanted[i] * seen, seen * sizeof(float));
      memmove(buffers_.hidden.data() + i * hidden, buffers_.hidden.data() + batch_.wanted[i] * hidden, hidden * sizeof(float));
    }
    rows_ = batch_.samples;
  }

  void feed(const Layer& layer) {
    multiply(layer.gate_up, buffers_.normal, buffers_.gate_up);
    const int64_t size = layer.down->inputs;
    float *const from = buffers_.gate_up.data(), *const to = sized(buffers_.gated, rows_ * size);
    each_row(rows_, [&](int64_t row) { gate_row(from + 2 * row * size, from + (2 * row + 1) * size, size, to + row * size); });
    multiply(layer.down, buffers_.gated, buffers_.change);
  }

  const Model& model_;
  const Batch& batch_;
  Buffers& buffers_;
  int64_t rows_;
};

}  // namespace

extern "C" void step(const Model* model, const Layer* layers, const Batch* batch) {
  static Buffers buffers;  // one engine, one step at a time
  Pass(*model, *batch, buffers).run(layers);
}
