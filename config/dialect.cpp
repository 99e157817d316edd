// Tokens -> values: the grammar, and how reading goes on after an error. Characters, comments and includes
// are lexer.cpp's part; which keys are known is the schema's.
#include "config/dialect.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "config/lexer.hpp"

namespace leasehold::config {
namespace {

using Kind = Token::Kind;

/// Recursive descent that never goes deeper than depth_max: what lies deeper is skipped without recursion.
/// After an error it goes on behind the next comma or bracket, so one pass finds what there is to find.
class Parser {
public:
    Parser(std::string_view text, const DialectOptions& options)
        : lexer_{text, options}, depth_max_{options.depth_max} {
        take();
    }

    Result<Parsed, std::vector<Problem>> run() {
        Parsed parsed;
        if (token_.kind == Kind::end && lexer_.errors.empty()) {
            lexer_.error(token_.position, "there is nothing in this text", "one JSON value");
        } else {
            parsed.value = value(0);
            if (token_.kind != Kind::end)
                lexer_.error(token_.position, describe(token_) + " follows after the end of the value",
                             "comments only");
        }
        if (!lexer_.errors.empty()) return std::unexpected{std::move(lexer_.errors)};
        parsed.warnings = std::move(lexer_.warnings);
        return parsed;
    }

private:
    Token take() {
        Token taken = std::move(token_);
        token_ = lexer_.next();
        return taken;
    }

    Value value(std::size_t depth) {
        Value made;
        made.position = token_.position;
        switch (token_.kind) {
            case Kind::open_map: made.data = map(depth); break;
            case Kind::open_list: made.data = list(depth); break;
            case Kind::string: made.data = std::move(take().text); break;
            case Kind::integer: made.data = take().integer; break;
            case Kind::real: made.data = take().real; break;
            case Kind::true_: made.data = true, take(); break;
            case Kind::false_: made.data = false, take(); break;
            case Kind::null:
            case Kind::bad: take(); break;
            default:
                lexer_.error(token_.position, describe(token_) + " stands where a value belongs", "a value");
                skip();
        }
        return made;
    }

    /// @return false: too deep; told, and skipped.
    bool enter(std::size_t depth) {
        if (depth < depth_max_) return true;
        lexer_.error(token_.position, "this is nested too deep",
                     "at most " + std::to_string(depth_max_) + " levels");
        skip();
        return false;
    }

    Value::Map map(std::size_t depth) {
        Value::Map members;
        if (!enter(depth)) return members;
        const Position opened = take().position;
        ++open_maps_;
        bool after_comma = false;
        while (true) {
            if (ends(Kind::close_map, opened, after_comma)) break;
            if (token_.kind != Kind::string) {
                unexpected("a key in double quotes");
                after_comma = resume();
                continue;
            }
            Member member;
            member.key_position = token_.position;
            member.key = take().text;
            if (token_.kind == Kind::colon) {
                take();
                member.value = value(depth + 1);
                members.push_back(std::move(member));
            } else {  // not named: it may be a value whose key was forgotten
                lexer_.error(token_.position, describe(token_) + " follows a key", "a colon");
            }
            after_comma = separator(Kind::close_map);
        }
        --open_maps_;
        tell_duplicates(members);
        return members;
    }

    Value::List list(std::size_t depth) {
        Value::List items;
        if (!enter(depth)) return items;
        const Position opened = take().position;
        ++open_lists_;
        bool after_comma = false;
        while (!ends(Kind::close_list, opened, after_comma)) {
            if (token_.kind == Kind::comma)
                unexpected("a value");
            else
                items.push_back(value(depth + 1));
            after_comma = separator(Kind::close_list);
        }
        --open_lists_;
        return items;
    }

    /// Is the container at its end? A wrong bracket ends it too when it closes something further out.
    bool ends(Kind close, const Position& opened, bool after_comma) {
        const char* const what = close == Kind::close_map ? "map" : "list";
        if (token_.kind == close) {
            if (after_comma)
                lexer_.warning(token_.position, std::string{"an extra comma before the end of this "} + what +
                                                    "; has something been left out?");
            take();
            return true;
        }
        const Kind other = close == Kind::close_map ? Kind::close_list : Kind::close_map;
        if (token_.kind != Kind::end && token_.kind != other) return false;
        lexer_.error(token_.position,
                     describe(token_) + " comes before the end of the " + what + " that begins at line " +
                         std::to_string(opened.line) + ", column " + std::to_string(opened.column),
                     close == Kind::close_map ? "\"}\"" : "\"]\"");
        const bool closes_outer =
            token_.kind == other && (other == Kind::close_map ? open_maps_ : open_lists_) > 0;
        if (token_.kind == other && !closes_outer) {
            take();
            return false;
        }
        return true;
    }

    void unexpected(const char* allowed) {
        if (token_.kind != Kind::bad)  // the lexer told
            lexer_.error(token_.position, describe(token_) + " stands where " + allowed + " belongs",
                         allowed);
        if (token_.kind != Kind::comma) skip();
    }

    /// Takes the comma. What else stands here is told and skipped, up to the next comma or closing bracket.
    /// @return was there a comma?
    bool separator(Kind close) {
        if (token_.kind != Kind::comma && token_.kind != Kind::end && token_.kind != Kind::bad &&
            !closing()) {
            lexer_.error(token_.position, describe(token_) + " follows without a comma",
                         close == Kind::close_map ? "a comma or \"}\"" : "a comma or \"]\"");
            if (token_.kind == Kind::string || token_.kind == Kind::open_map)
                return false;  // most likely the next element
        }
        return resume();
    }

    /// On to the next comma, which is taken, or closing bracket, which stays.
    bool resume() {
        while (token_.kind != Kind::comma && token_.kind != Kind::end && !closing()) skip();
        if (token_.kind != Kind::comma) return false;
        take();
        return true;
    }

    bool closing() const { return token_.kind == Kind::close_map || token_.kind == Kind::close_list; }

    /// One token, or a whole map or list, without recursion. A closing bracket stays for whoever opened it.
    void skip() {
        std::size_t depth = 0;
        do {
            if (token_.kind == Kind::end || (closing() && depth == 0 && open_maps_ + open_lists_ > 0)) return;
            if (token_.kind == Kind::open_map || token_.kind == Kind::open_list) ++depth;
            if (closing() && depth > 0) --depth;
            take();
        } while (depth > 0);
    }

    void tell_duplicates(const Value::Map& members) {
        std::vector<std::size_t> order(members.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, {},
                                 [&](std::size_t i) -> const std::string& { return members[i].key; });
        for (std::size_t i = 1; i < order.size(); ++i) {
            const Member &first = members[order[i - 1]], &second = members[order[i]];
            if (first.key != second.key) continue;
            const Position& p = first.key_position;
            lexer_.error(
                second.key_position, "the key \"" + second.key + "\" stands twice in one map", {},
                "the first is at " + *p.file + ":" + std::to_string(p.line) + ":" + std::to_string(p.column));
        }
    }

    Lexer lexer_;
    Token token_;
    std::size_t depth_max_;
    std::size_t open_maps_ = 0, open_lists_ = 0;
};

}  // namespace

const Value* Value::member(std::string_view key) const {
    const Map* const map = std::get_if<Map>(&data);
    if (map == nullptr) return nullptr;
    const auto found = std::ranges::find(*map, key, &Member::key);
    return found == map->end() ? nullptr : &found->value;
}

std::string_view Value::type_name() const {
    constexpr std::array<std::string_view, std::variant_size_v<Data>> names{
        "null", "boolean", "integer", "real", "string", "list", "map"};
    return names[data.index()];
}

Result<Parsed, std::vector<Problem>> parse(std::string_view text, const DialectOptions& options) {
    return Parser{text, options}.run();
}

Result<Parsed, std::vector<Problem>> parse_file(const std::string& path) {
    const DialectOptions options{.source = path, .includes = true};
    auto text = read_text(path, options.size_max);
    if (!text) {
        Problem problem{.file = path,
                        .pointer = {},
                        .what = "the file cannot be read: " + text.error(),
                        .allowed = {},
                        .hint = {}};
        return std::unexpected{std::vector{std::move(problem)}};
    }
    return parse(*text, options);
}

namespace {

struct ToJson {
    nlohmann::json operator()(const Value::List& list) const {
        auto made = nlohmann::json::array();
        for (const Value& item : list) made.push_back(to_json(item));
        return made;
    }
    nlohmann::json operator()(const Value::Map& map) const {
        auto made = nlohmann::json::object();
        for (const Member& member : map) made[member.key] = to_json(member.value);
        return made;
    }
    nlohmann::json operator()(const auto& scalar) const { return scalar; }
};

Value from_json(const nlohmann::json& json, const Position& position) {
    Value made;
    made.position = position;
    switch (json.type()) {
        case nlohmann::json::value_t::boolean: made.data = json.get<bool>(); break;
        case nlohmann::json::value_t::number_integer:
        case nlohmann::json::value_t::number_unsigned: made.data = json.get<std::int64_t>(); break;
        case nlohmann::json::value_t::number_float: made.data = json.get<double>(); break;
        case nlohmann::json::value_t::string: made.data = json.get_ref<const std::string&>(); break;
        case nlohmann::json::value_t::array: {
            Value::List list;
            list.reserve(json.size());
            for (const auto& item : json) list.push_back(from_json(item, position));
            made.data = std::move(list);
            break;
        }
        case nlohmann::json::value_t::object: {
            Value::Map map;
            map.reserve(json.size());
            for (const auto& [key, item] : json.items())
                map.push_back({key, position, from_json(item, position)});
            made.data = std::move(map);
            break;
        }
        default: break;
    }
    return made;
}

}  // namespace

nlohmann::json to_json(const Value& value) {
    return std::visit(ToJson{}, value.data);
}

Value from_json(const nlohmann::json& json, std::string source) {
    return from_json(json, Position{std::make_shared<const std::string>(std::move(source)), 0, 0});
}

}  // namespace leasehold::config
