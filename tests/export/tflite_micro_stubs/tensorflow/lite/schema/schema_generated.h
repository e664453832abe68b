// Stands in for the header of this name in tests.
#pragma once

#include <cstdint>

namespace tflite {

struct Model {
  const uint8_t* content;
};

inline const Model* GetModel(const uint8_t* content) {
  static Model model;
  model.content = content;
  return &model;
}

}  // namespace tflite
