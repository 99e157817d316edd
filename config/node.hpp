// One map of a configuration with its JSON pointer: what the load_* files read values from and tell errors
// at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/dialect.hpp"
#include "config/problems.hpp"

namespace leasehold::config {

/// RFC 6901: "~" and "/" within a key are escaped.
std::string pointer_to(const std::string& parent, std::string_view key);

/// The value at the pointer, or the innermost map or list on the way there that exists.
const Value& nearest_value(const Value& root, const std::string& pointer);
/// nullptr: nothing stands there.
const Value* find_value(const Value& root, const std::string& pointer);

/// "file:line:column", for "the first is at ...".
std::string place_text(const Position& at);

/// Refers to a Value and a Problems that outlive it. The getters give nothing when a key is absent or its
/// value is of another type: the schema check tells that.
class Node {
public:
    Node(const Value& value, std::string pointer, Problems& problems)
        : value_{&value}, pointer_{std::move(pointer)}, problems_{&problems} {}

    const Value& value() const { return *value_; }
    const std::string& pointer() const { return pointer_; }
    Problems& problems() const { return *problems_; }

    const Value* find(std::string_view key) const { return value_->member(key); }
    bool has(std::string_view key) const { return find(key) != nullptr; }
    std::optional<bool> boolean(std::string_view key) const;
    std::optional<std::int64_t> integer(std::string_view key) const;
    /// An integer within 32 bits, else nothing.
    std::optional<std::uint32_t> uint32(std::string_view key) const;
    /// A duration in its key's unit, written as an integer or as a text.
    std::optional<std::int64_t> duration(std::string_view key, std::string_view unit) const;
    std::optional<double> real(std::string_view key) const;
    const std::string* text(std::string_view key) const;
    std::string text_or(std::string_view key, std::string_view otherwise) const;

    std::optional<Node> map(std::string_view key) const;
    /// The maps in a list of maps.
    std::vector<Node> maps(std::string_view key) const;
    struct Text {
        std::string text;
        Position position;
        std::string pointer;
    };
    std::vector<Text> texts(std::string_view key) const;

    /// At the value of `key`; at the map itself when the key is absent or "".
    void error(std::string_view key, std::string what, std::string allowed = {}, std::string hint = {}) const;
    void warning(std::string_view key, std::string what, std::string hint = {}) const;

private:
    const Value* value_;
    std::string pointer_;
    Problems* problems_;
};

/// Sets `value` to the meaning of the word at `key`; other texts, of which the schema check tells, and none
/// leave it as it is.
/// @param words  pairs of a word and its meaning
template <class Words, class Meaning>
void take_word(const Node& node, std::string_view key, const Words& words, Meaning& value) {
    const std::string* const text = node.text(key);
    if (text == nullptr) return;
    for (const auto& [word, meaning] : words)
        if (*text == word) value = meaning;
}

}  // namespace leasehold::config
