// Reads the inputs that fuzzing starts from. See seeds.hpp.
#include "tests/fuzz/seeds.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/captures.hpp"

namespace leasehold::fuzz {

std::vector<Seed> load_seeds(const std::filesystem::path& folder) {
    std::vector<Seed> seeds;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (!entry.is_regular_file()) continue;
        Seed seed{entry.path().filename().string(), {}};
        if (entry.path().extension() == ".hex") {
            seed.bytes = load_capture(entry.path()).bytes;
        } else {
            std::ifstream stream{entry.path(), std::ios::binary};
            seed.bytes.assign(std::istreambuf_iterator<char>{stream}, {});
        }
        seeds.push_back(std::move(seed));
    }
    if (seeds.empty()) throw std::runtime_error(folder.string() + ": no seeds");
    std::ranges::sort(seeds, {}, &Seed::name);  // the same runs whatever order the file system has
    return seeds;
}

}  // namespace leasehold::fuzz
