// Feeds a fuzz target with random and mutated inputs, always the same for the same seed: what an ordinary
// compiler can run, in every build. It knows nothing about coverage; the preset "fuzz" does.
//
//     message_fuzz [--runs N] [--seed S] [--first RUN] [--save FILE] SEED_FOLDER
//
// A failure prints the run; "--seed S --first RUN --runs 1" repeats it alone, --save writes its input to a
// file.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <random>
#include <span>
#include <stdexcept>
#include <string_view>

#include "tests/fuzz/seeds.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// The sanitizers end by abort() then, so that on_failure can say which run it was.
extern "C" const char* __asan_default_options() {
    return "abort_on_error=1:handle_segv=1";
}
extern "C" const char* __ubsan_default_options() {
    return "abort_on_error=1:print_stacktrace=1";
}

namespace leasehold::fuzz {
namespace {

using Input = std::vector<std::uint8_t>;

struct Arguments {
    std::uint64_t runs = 1'000'000, seed = 1, first = 0;
    std::string save;
    std::string folder;
};

std::uint64_t parse_count(std::string_view name, std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw std::runtime_error(std::string{name} + " takes a number");
    return value;
}

Arguments parse_arguments(std::span<char*> words) {
    Arguments arguments;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string_view name = words[i];
        if (!name.starts_with("--")) {
            arguments.folder = name;
            continue;
        }
        if (++i == words.size()) throw std::runtime_error(std::string{name} + " takes a value");
        if (name == "--runs")
            arguments.runs = parse_count(name, words[i]);
        else if (name == "--seed")
            arguments.seed = parse_count(name, words[i]);
        else if (name == "--first")
            arguments.first = parse_count(name, words[i]);
        else if (name == "--save")
            arguments.save = words[i];
        else
            throw std::runtime_error(std::string{name} +
                                     ": use --runs, --seed, --first, --save and a folder of seeds");
    }
    if (arguments.folder.empty()) throw std::runtime_error("name a folder of seeds");
    return arguments;
}

bool is_text(const Input& input) {
    return std::ranges::all_of(input, [](std::uint8_t c) { return c >= ' ' || c == '\n' || c == '\t'; });
}
bool is_of_word(std::uint8_t c) {
    return std::isalnum(c) != 0 || std::string_view{"_-.:/"}.contains(static_cast<char>(c));
}

/// Makes the input of one run from the seeds and the run's own random numbers.
class Mutator {
public:
    Mutator(const std::vector<Seed>& seeds, std::uint64_t random_seed)
        : seeds_{seeds}, random_{random_seed} {}

    Input make() {
        if (one_in(8)) return make_random();
        Input input = any_seed();
        // Else hardly a text gets past its grammar.
        if (one_in(2) && is_text(input)) {
            for (std::size_t changes = 1 + below(4); changes > 0; --changes) replace_word(input);
            return input;
        }
        for (std::size_t changes = 1 + below(8); changes > 0; --changes) mutate(input);
        return input;
    }

private:
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    bool one_in(std::size_t count) { return below(count) == 0; }
    std::uint8_t any_octet() { return static_cast<std::uint8_t>(random_()); }
    const Input& any_seed() { return seeds_[below(seeds_.size())].bytes; }
    long place_in(const Input& input) { return static_cast<long>(below(input.size() + 1)); }

    /// Random octets, half of the time behind the beginning of a seed, so that they get past the header.
    Input make_random() {
        Input input;
        if (one_in(2)) {
            const Input& seed = any_seed();
            input.assign(seed.begin(),
                         seed.begin() + static_cast<long>(std::min<std::size_t>(seed.size(), 240)));
        }
        for (std::size_t size = below(one_in(16) ? 3000 : 400); size > 0; --size)
            input.push_back(any_octet());
        return input;
    }

    void mutate(Input& input) {
        if (input.empty()) input.push_back(any_octet());
        std::uint8_t& octet = input[below(input.size())];
        switch (below(9)) {
            case 0: octet = static_cast<std::uint8_t>(octet ^ 1u << below(8)); break;
            case 1: octet = any_octet(); break;
            case 2: octet = edge_values[below(edge_values.size())]; break;
            case 3: octet = static_cast<std::uint8_t>(octet + (one_in(2) ? 1 : -1)); break;
            case 4: input.resize(below(input.size() + 1)); break;
            case 5: input.insert(input.begin() + place_in(input), 1 + below(16), any_octet()); break;
            case 6: erase_some(input); break;
            case 7: insert_part(input, Input{input}); break;
            case 8: insert_part(input, any_seed()); break;
        }
    }

    void erase_some(Input& input) {
        const std::size_t from = below(input.size());
        const std::size_t count = std::min(1 + below(16), input.size() - from);
        const auto begin = input.begin() + static_cast<long>(from);
        input.erase(begin, begin + static_cast<long>(count));
    }

    /// Copies a part of `source` into the input: repeated options, options of another message.
    void insert_part(Input& input, const Input& source) {
        const std::size_t from = below(source.size() + 1);
        const std::size_t count = std::min(below(64), source.size() - from);
        if (input.size() + count > input_size_max) return;
        const auto begin = source.begin() + static_cast<long>(from);
        input.insert(input.begin() + place_in(input), begin, begin + static_cast<long>(count));
    }

    /// The word nearest behind a random place; empty in a text that ends without one.
    std::string_view any_word(const Input& text) {
        const auto from = std::find_if(text.begin() + place_in(text), text.end(), is_of_word);
        const auto end = std::find_if_not(from, text.end(), is_of_word);
        return {reinterpret_cast<const char*>(text.data()) + (from - text.begin()),
                static_cast<std::size_t>(end - from)};
    }

    /// Puts a word of any seed, or one at the edge of what is allowed, in the place of a word.
    void replace_word(Input& text) {
        const auto old = any_word(text);
        const auto fresh = one_in(4) ? edge_words[below(edge_words.size())] : any_word(any_seed());
        const auto at = text.begin() + (reinterpret_cast<const std::uint8_t*>(old.data()) - text.data());
        const auto behind = text.erase(at, at + static_cast<long>(old.size()));
        text.insert(behind, fresh.begin(), fresh.end());
    }

    static constexpr std::array<std::string_view, 11> edge_words{
        "0",     "-1",   "1.5",  "4294967295", "4294967296",      "9223372036854775807",
        "1e400", "null", "true", "false",      "255.255.255.255",
    };
    static constexpr std::array<std::uint8_t, 10> edge_values{0, 1, 2, 4, 52, 53, 82, 127, 128, 255};
    static constexpr std::size_t input_size_max = 65535;
    const std::vector<Seed>& seeds_;
    std::mt19937_64 random_;
};

// Read by the signal handler, so plain and global.
std::uint64_t current_run = 0, current_seed = 0;

void on_failure(int signal) {
    char text[128];
    const int size = std::snprintf(text, sizeof text, "fuzz: failed in --seed %llu --first %llu --runs 1\n",
                                   static_cast<unsigned long long>(current_seed),
                                   static_cast<unsigned long long>(current_run));
    if (size > 0 && write(STDERR_FILENO, text, static_cast<std::size_t>(size)) < 0) _exit(3);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(const Arguments& arguments) {
    const auto seeds = load_seeds(arguments.folder);
    current_seed = arguments.seed;
    for (const auto& seed : seeds) LLVMFuzzerTestOneInput(seed.bytes.data(), seed.bytes.size());
    for (std::uint64_t i = 0; i < arguments.runs; ++i) {
        current_run = arguments.first + i;
        // A multiplier spreads neighbouring runs over the generator's seeds.
        Input input = Mutator{seeds, (arguments.seed << 40) + current_run * 0x9e3779b97f4a7c15}.make();
        input.shrink_to_fit();  // so that the address sanitizer sees a read behind its last octet
        if (!arguments.save.empty()) {
            std::ofstream file{arguments.save, std::ios::binary};
            file.write(reinterpret_cast<const char*>(input.data()),
                       static_cast<std::streamsize>(input.size()));
        }
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%llu inputs from %zu seeds\n", static_cast<unsigned long long>(arguments.runs),
                seeds.size());
}

}  // namespace
}  // namespace leasehold::fuzz

int main(int argc, char** argv) {
    using namespace leasehold::fuzz;
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, on_failure);
    try {
        run(parse_arguments({argv, static_cast<std::size_t>(argc)}));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fuzz: %s\n", error.what());
        return 2;
    }
}
