// Writes seeds as the plain files that libFuzzer starts from: write_corpus FOLDER SEED_FOLDER
#include <cstdio>
#include <exception>
#include <fstream>

#include "tests/fuzz/seeds.hpp"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "use: write_corpus FOLDER SEED_FOLDER\n");
        return 2;
    }
    try {
        const std::filesystem::path folder{argv[1]};
        std::filesystem::create_directories(folder);
        for (const auto& seed : leasehold::fuzz::load_seeds(argv[2])) {
            std::ofstream file{folder / seed.name, std::ios::binary};
            file.write(reinterpret_cast<const char*>(seed.bytes.data()),
                       static_cast<std::streamsize>(seed.bytes.size()));
            file.close();
            if (!file) throw std::runtime_error((folder / seed.name).string() + ": cannot be written");
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "write_corpus: %s\n", error.what());
        return 1;
    }
}
