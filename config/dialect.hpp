// Kea's JSON dialect: three kinds of comments, includes, extra trailing commas, and the position of every
// value, so that later errors can name file, line and column.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/problem.hpp"
#include "dhcp/result.hpp"

namespace leasehold::config {

struct Position {
    std::shared_ptr<const std::string> file;  // "<wire>" for a command
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

class Value;
struct Member;

/// A JSON value with the place it was written at. Maps keep the order of the file.
class Value {
public:
    using List = std::vector<Value>;
    using Map = std::vector<Member>;
    using Data = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Map>;

    Position position;
    Data data;

    bool is_map() const { return std::holds_alternative<Map>(data); }
    bool is_list() const { return std::holds_alternative<List>(data); }
    /// nullptr: not a map, or no such member.
    const Value* member(std::string_view key) const;
    std::string_view type_name() const;  // "map", "list", "string", "integer", "real", "boolean", "null"
};
struct Member {
    std::string key;
    Position key_position;
    Value value;
};

struct DialectOptions {
    std::string source = "<wire>";  // file name for positions, and what includes are relative to the cwd of
    bool includes = false;          // <?include "file"?>
    std::size_t depth_max = 100;
    std::size_t size_max = 256u << 20;
};

struct Parsed {
    Value value;
    std::vector<Problem> warnings;  // extra commas, leading zeros
};

/// All errors that can be found, each with its place; never throws.
Result<Parsed, std::vector<Problem>> parse(std::string_view text, const DialectOptions& options);
/// Reads the file, with includes.
Result<Parsed, std::vector<Problem>> parse_file(const std::string& path);

/// Positions dropped.
nlohmann::json to_json(const Value& value);
/// For configurations that a program made; position `source`, line 0.
Value from_json(const nlohmann::json& json, std::string source);

}  // namespace leasehold::config
