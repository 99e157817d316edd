// The rows of the schema, apart from the code that walks them.
#pragma once

#include <span>

#include "config/schema.hpp"

namespace leasehold::config {

std::span<const Key> schema_rows();

}  // namespace leasehold::config
