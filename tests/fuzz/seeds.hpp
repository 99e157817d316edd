// The inputs that fuzzing starts from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace leasehold::fuzz {

struct Seed {
    std::string name;
    std::vector<std::uint8_t> bytes;
};

/// The files of a folder, by name: *.hex as annotated captures, others as they are.
/// @throws std::runtime_error or std::filesystem::filesystem_error; also when there is none.
std::vector<Seed> load_seeds(const std::filesystem::path& folder);

}  // namespace leasehold::fuzz
