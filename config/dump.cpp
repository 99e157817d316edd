// One writer for both text forms, with a stack of its own instead of recursion.
#include "config/dump.hpp"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace leasehold::config {
namespace {

using Json = nlohmann::json;

void append_string(std::string& out, std::string_view text) {
    constexpr std::string_view escaped = "\"\\\b\f\n\r\t", names = "\"\\bfnrt", digits = "0123456789abcdef";
    out += '"';
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        if (octet >= 0x20 && octet != '"' && octet != '\\' && octet != 0x7f) continue;
        out.append(text, plain, i - plain);
        plain = i + 1;
        const std::size_t name = escaped.find(text[i]);
        out += '\\';
        if (name != std::string_view::npos)
            out += names[name];
        else
            out.append({'u', '0', '0', digits[octet >> 4], digits[octet & 15]});
    }
    out.append(text, plain);
    out += '"';
}

template <class Number>
std::string_view to_text(std::array<char, 40>& buffer, Number number) {
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

void append_scalar(std::string& out, const Json& json) {
    std::array<char, 40> buffer;
    switch (json.type()) {
        case Json::value_t::boolean: out += json.get<bool>() ? "true" : "false"; return;
        case Json::value_t::number_integer: out += to_text(buffer, json.get<std::int64_t>()); return;
        case Json::value_t::number_unsigned: out += to_text(buffer, json.get<std::uint64_t>()); return;
        case Json::value_t::string: append_string(out, json.get_ref<const std::string&>()); return;
        case Json::value_t::number_float: {
            const std::string_view text = to_text(buffer, json.get<double>());
            out += text;
            if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
            return;
        }
        default: out += "null"; return;
    }
}

/// What stands around the elements of a container that `depth` others hold.
class Style {
public:
    explicit Style(bool lines) : lines_{lines} {}
    void open(std::string& out, bool map, std::size_t depth) const {
        out += map ? '{' : '[';
        gap(out, depth + 1);
    }
    void between(std::string& out, std::size_t depth) const {
        out += ',';
        gap(out, depth + 1);
    }
    void close(std::string& out, bool map, std::size_t depth) const {
        gap(out, depth);
        out += map ? '}' : ']';
    }
    void empty(std::string& out, bool map) const {
        if (lines_)
            out += map ? "{}" : "[]";
        else
            out += map ? "{  }" : "[  ]";
    }

private:
    void gap(std::string& out, std::size_t depth) const {
        if (lines_)
            out.append(1, '\n').append(4 * depth, ' ');
        else
            out += ' ';
    }
    bool lines_;
};

struct Level {
    const Json* container;
    Json::const_iterator next;
};

std::string write(const Json& root, const Style& style) {
    std::string out;
    std::vector<Level> levels;
    const auto enter = [&](const Json& json) {
        if (!json.is_structured()) return append_scalar(out, json);
        if (json.empty()) return style.empty(out, json.is_object());
        style.open(out, json.is_object(), levels.size());
        levels.push_back({&json, json.cbegin()});
    };
    enter(root);
    while (!levels.empty()) {
        Level& level = levels.back();
        const bool map = level.container->is_object();
        if (level.next == level.container->cend()) {
            levels.pop_back();
            style.close(out, map, levels.size());
            continue;
        }
        if (level.next != level.container->cbegin()) style.between(out, levels.size() - 1);
        if (map) {
            append_string(out, level.next.key());
            out += ": ";
        }
        const Json& element = *level.next;
        ++level.next;
        enter(element);  // may move `level`
    }
    return out;
}

}  // namespace

std::string compact(const nlohmann::json& json) {
    return write(json, Style{false});
}
std::string pretty(const nlohmann::json& json) {
    return write(json, Style{true}) + "\n";
}

}  // namespace leasehold::config
