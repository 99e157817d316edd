// Reader of annotated captures. The format is described in captures.hpp.
#include "tests/support/captures.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace leasehold {
namespace {

bool is_note_key(std::string_view text) {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == text.npos;
}

unsigned parse_number(std::string_view text, int base) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size())
        throw std::runtime_error("\"" + std::string{text} + "\" is not a number");
    return value;
}

/// "0a" or "00*64"
void append_octets(std::string_view token, std::vector<std::uint8_t>& out) {
    const auto star = std::min(token.find('*'), token.size());
    if (star != 2) throw std::runtime_error("\"" + std::string{token} + "\" is not an octet of two digits");
    const unsigned count = star == token.size() ? 1 : parse_number(token.substr(star + 1), 10);
    if (count > 65535)
        throw std::runtime_error("\"" + std::string{token} + "\" is more than a datagram holds");
    out.insert(out.end(), count, static_cast<std::uint8_t>(parse_number(token.substr(0, 2), 16)));
}

void read_line(std::string_view line, Capture& capture) {
    const auto colon = line.find(": ");
    if (capture.bytes.empty() && colon != line.npos && is_note_key(line.substr(0, colon))) {
        capture.notes[std::string{line.substr(0, colon)}] = line.substr(colon + 2);
        return;
    }
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (line.empty() || line.front() == '#') return;
        if (line.front() == '"') {
            const auto end = line.find('"', 1);
            if (end == line.npos) throw std::runtime_error("a text without its closing quote");
            capture.bytes.insert(capture.bytes.end(), line.begin() + 1,
                                 line.begin() + static_cast<long>(end));
            line.remove_prefix(end + 1);
        } else {
            const auto end = std::min(line.find_first_of(" \t#"), line.size());
            append_octets(line.substr(0, end), capture.bytes);
            line.remove_prefix(end);
        }
    }
}

}  // namespace

std::string Capture::note(const std::string& key) const {
    const auto found = notes.find(key);
    return found == notes.end() ? std::string{} : found->second;
}

Capture parse_capture(std::string name, std::string_view text) {
    Capture capture{.name = std::move(name), .notes = {}, .bytes = {}};
    std::istringstream lines{std::string{text}};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        try {
            read_line(line, capture);
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(capture.name + ", line " + std::to_string(number) + ": " + error.what());
        }
    }
    return capture;
}

Capture load_capture(const std::filesystem::path& file) {
    std::ifstream stream{file};
    if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    return parse_capture(file.stem().string(), text);
}

std::vector<Capture> load_captures(const std::filesystem::path& folder) {
    std::vector<Capture> captures;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        if (entry.path().extension() == ".hex") captures.push_back(load_capture(entry.path()));
    if (captures.empty()) throw std::runtime_error(folder.string() + ": no captures");
    std::ranges::sort(captures, {}, &Capture::name);
    return captures;
}

}  // namespace leasehold
