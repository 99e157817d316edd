// Typed access to a map's members. Nothing is told here: check.cpp has told of wrong types already.
#include "config/node.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "config/schema.hpp"

namespace leasehold::config {

namespace {

/// How far the pointer leads, and whether that is its end.
std::pair<const Value*, bool> follow(const Value& root, const std::string& pointer) {
    const Value* at = &root;
    std::vector<std::string> steps;
    for (nlohmann::json::json_pointer rest{pointer}; !rest.empty(); rest = rest.parent_pointer())
        steps.push_back(rest.back());
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        const Value* next = at->member(*step);
        if (at->is_list() && !step->empty() && step->find_first_not_of("0123456789") == std::string::npos) {
            const auto& list = std::get<Value::List>(at->data);
            const std::size_t index = std::stoul(*step);
            next = index < list.size() ? &list[index] : nullptr;
        }
        if (next == nullptr) return {at, false};
        at = next;
    }
    return {at, true};
}

}  // namespace

const Value& nearest_value(const Value& root, const std::string& pointer) {
    return *follow(root, pointer).first;
}

const Value* find_value(const Value& root, const std::string& pointer) {
    const auto [value, found] = follow(root, pointer);
    return found ? value : nullptr;
}

std::string pointer_to(const std::string& parent, std::string_view key) {
    std::string pointer = parent;
    pointer += '/';
    for (const char c : key) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
    return pointer;
}

std::string place_text(const Position& at) {
    return at.line == 0 ? "another place of this configuration"
                        : *at.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::optional<bool> Node::boolean(std::string_view key) const {
    const Value* const value = find(key);
    const bool* const found = value != nullptr ? std::get_if<bool>(&value->data) : nullptr;
    return found != nullptr ? std::optional{*found} : std::nullopt;
}

std::optional<std::int64_t> Node::integer(std::string_view key) const {
    const Value* const value = find(key);
    const auto* const found = value != nullptr ? std::get_if<std::int64_t>(&value->data) : nullptr;
    return found != nullptr ? std::optional{*found} : std::nullopt;
}

std::optional<std::uint32_t> Node::uint32(std::string_view key) const {
    const auto found = integer(key);
    if (!found || *found < 0 || *found > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(*found);
}

std::optional<std::int64_t> Node::duration(std::string_view key, std::string_view unit) const {
    const std::string* const written = text(key);
    return written != nullptr ? duration_in(unit, *written) : integer(key);
}

std::optional<double> Node::real(std::string_view key) const {
    const Value* const value = find(key);
    const double* const found = value != nullptr ? std::get_if<double>(&value->data) : nullptr;
    if (found != nullptr) return *found;
    const auto whole = integer(key);
    return whole ? std::optional{static_cast<double>(*whole)} : std::nullopt;
}

const std::string* Node::text(std::string_view key) const {
    const Value* const value = find(key);
    return value != nullptr ? std::get_if<std::string>(&value->data) : nullptr;
}

std::string Node::text_or(std::string_view key, std::string_view otherwise) const {
    const std::string* const found = text(key);
    return found != nullptr ? *found : std::string{otherwise};
}

std::optional<Node> Node::map(std::string_view key) const {
    const Value* const value = find(key);
    if (value == nullptr || !value->is_map()) return std::nullopt;
    return Node{*value, pointer_to(pointer_, key), *problems_};
}

std::vector<Node> Node::maps(std::string_view key) const {
    std::vector<Node> nodes;
    const Value* const value = find(key);
    if (value == nullptr || !value->is_list()) return nodes;
    const auto& list = std::get<Value::List>(value->data);
    const std::string pointer = pointer_to(pointer_, key);
    nodes.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].is_map()) nodes.emplace_back(list[i], pointer + "/" + std::to_string(i), *problems_);
    return nodes;
}

std::vector<Node::Text> Node::texts(std::string_view key) const {
    std::vector<Text> texts;
    const Value* const value = find(key);
    if (value == nullptr || !value->is_list()) return texts;
    const auto& list = std::get<Value::List>(value->data);
    const std::string pointer = pointer_to(pointer_, key);
    for (std::size_t i = 0; i < list.size(); ++i)
        if (const auto* const found = std::get_if<std::string>(&list[i].data))
            texts.push_back({*found, list[i].position, pointer + "/" + std::to_string(i)});
    return texts;
}

void Node::error(std::string_view key, std::string what, std::string allowed, std::string hint) const {
    const Value* const value = key.empty() ? nullptr : find(key);
    problems_->error(value != nullptr ? value->position : value_->position,
                     value != nullptr ? pointer_to(pointer_, key) : pointer_, std::move(what),
                     std::move(allowed), std::move(hint));
}

void Node::warning(std::string_view key, std::string what, std::string hint) const {
    const Value* const value = key.empty() ? nullptr : find(key);
    problems_->warning(value != nullptr ? value->position : value_->position,
                       value != nullptr ? pointer_to(pointer_, key) : pointer_, std::move(what),
                       std::move(hint));
}

}  // namespace leasehold::config
