// Stands in for the header of this name in tests: operators by the names that TFLite Micro has for
// them, of which a resolver takes as many as it was made for.
#pragma once

#include <cstdlib>

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };

namespace tflite {

template <unsigned int most>
class MicroMutableOpResolver {
 public:
#define OPERATOR(name) \
  TfLiteStatus Add##name() { return added_++ < most ? kTfLiteOk : (std::abort(), kTfLiteError); }
  OPERATOR(Abs)
  OPERATOR(Add)
  OPERATOR(BatchMatMul)
  OPERATOR(Cast)
  OPERATOR(Ceil)
  OPERATOR(Concatenation)
  OPERATOR(Dequantize)
  OPERATOR(Div)
  OPERATOR(Equal)
  OPERATOR(ExpandDims)
  OPERATOR(FullyConnected)
  OPERATOR(Greater)
  OPERATOR(GreaterEqual)
  OPERATOR(Less)
  OPERATOR(LogicalAnd)
  OPERATOR(LogicalNot)
  OPERATOR(LogicalOr)
  OPERATOR(Logistic)
  OPERATOR(Maximum)
  OPERATOR(Mean)
  OPERATOR(Minimum)
  OPERATOR(Mul)
  OPERATOR(Neg)
  OPERATOR(NotEqual)
  OPERATOR(Pack)
  OPERATOR(Pad)
  OPERATOR(Quantize)
  OPERATOR(ReduceMax)
  OPERATOR(Relu)
  OPERATOR(Reshape)
  OPERATOR(Rsqrt)
  OPERATOR(SelectV2)
  OPERATOR(Split)
  OPERATOR(SplitV)
  OPERATOR(Sqrt)
  OPERATOR(Square)
  OPERATOR(SquaredDifference)
  OPERATOR(Squeeze)
  OPERATOR(StridedSlice)
  OPERATOR(Sub)
  OPERATOR(Sum)
  OPERATOR(Tanh)
  OPERATOR(Transpose)
#undef OPERATOR

  bool full() const { return added_ == most; }

 private:
  unsigned int added_ = 0;
};

}  // namespace tflite
