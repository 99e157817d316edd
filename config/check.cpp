// One walk over a configuration, each key beside its row of the schema; see the header for what is not done
// here.
#include "config/check.hpp"

#include <nlohmann/json.hpp>

#include "config/family.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"

namespace leasehold::config {
namespace {

/// Where the walk is; a pointer text is made only when there is something to tell.
struct Path {
    const Path* parent = nullptr;
    std::string_view key;  // "": an element of a list
    std::size_t index = 0;
    std::string_view pointer = {};  // of the first map

    std::string text() const {
        if (parent == nullptr) return std::string{pointer};
        return key.empty() ? parent->text() + "/" + std::to_string(index) : pointer_to(parent->text(), key);
    }
};

bool fits(Type type, const Value& value) {
    switch (type) {
        case Type::boolean: return std::holds_alternative<bool>(value.data);
        case Type::flag_or_word:
            return std::holds_alternative<bool>(value.data) ||
                   std::holds_alternative<std::string>(value.data);
        case Type::duration:
            return std::holds_alternative<std::int64_t>(value.data) ||
                   std::holds_alternative<std::string>(value.data);
        case Type::integer: return std::holds_alternative<std::int64_t>(value.data);
        case Type::real:
            return std::holds_alternative<double>(value.data) ||
                   std::holds_alternative<std::int64_t>(value.data);
        case Type::string: return std::holds_alternative<std::string>(value.data);
        case Type::map:
        case Type::free_map: return value.is_map();
        case Type::map_list:
        case Type::string_list: return value.is_list();
        case Type::anything: return true;
    }
    return false;
}

class Checker {
public:
    Checker(Family family, bool allow_unsupported, Problems& problems, bool lenient_reservations = false)
        : family_{family},
          allow_unsupported_{allow_unsupported},
          lenient_reservations_{lenient_reservations},
          problems_{problems} {}

    void map(const Value& value, Scope scope, const Path& path) {
        for (const Member& member : std::get<Value::Map>(value.data)) {
            const Path inner{&path, member.key, 0};
            if (const Key* const key = find_key(family_, scope, member.key))
                known(*key, member, inner);
            else if (!is_free_form(scope))
                unknown(scope, member, inner);
        }
        for (const Key* key : keys_of(family_, scope))
            if ((key->flags & required) != 0 && value.member(key->name) == nullptr)
                problems_.error(value.position, path.text(),
                                "the key \"" + std::string{key->name} + "\" is missing",
                                allowed_values(key->rule));
        comment_stands_once(value, path);
    }

    void known(const Key& key, const Member& member, const Path& path) {
        const Value& value = member.value;
        if (!fits(key.rule.type, value)) return wrong_type(key, value, path);
        if (key.status == Status::refused && !asks_for_nothing(key, value)) return unbuilt(member, path);
        if (key.status == Status::ignored && !asks_for_nothing(key, value))
            problems_.warning_once(std::string{key.name}, member.key_position, path.text(),
                                   "\"" + member.key + "\" is ignored: it has no effect here");
        switch (key.rule.type) {
            case Type::integer: return integer(key, value, path);
            case Type::duration: return duration(key, value, path);
            case Type::flag_or_word: return flag_or_word(key, value, path);
            case Type::real: return real(key, value, path);
            case Type::string: return string(key, value, path);
            case Type::string_list: return strings(key, value, path);
            case Type::map: return map(value, key.rule.child, path);
            case Type::map_list: return maps(key, value, path);
            default: return;
        }
    }

private:
    void wrong_type(const Key& key, const Value& value, const Path& path) {
        const std::string_view type = value.type_name();
        const char* const article = type == "integer" ? "an " : "a ";
        const std::string what = type == "null" ? "null" : article + std::string{type};
        problems_.error(value.position, path.text(),
                        what + " stands where " + type_needed(key.rule.type) + " belongs",
                        allowed_values(key.rule));
    }

    static std::string type_needed(Type type) {
        switch (type) {
            case Type::boolean: return "true or false";
            case Type::flag_or_word: return "true, false or a word";
            case Type::duration: return "a length of time";
            case Type::integer: return "an integer";
            case Type::real: return "a number";
            case Type::string: return "a string";
            case Type::map:
            case Type::free_map: return "a map";
            default: return "a list";
        }
    }

    void unknown(Scope scope, const Member& member, const Path& path) {
        const Family other = other_family();
        const auto elsewhere = scopes_of(family_, member.key);
        const bool of_other = find_key(other, scope, member.key) != nullptr ||
                              (elsewhere.empty() && !scopes_of(other, member.key).empty());
        if (of_other) return belongs_to_other(scope, member, path);
        std::string hint;
        if (const auto near = nearest_key(family_, scope, member.key); !near.empty()) {
            hint = "did you mean \"" + std::string{near} + "\"?";
        } else if (!elsewhere.empty()) {
            hint = "it belongs in " + quoted(elsewhere.front());
        } else if (scope == Scope::root) {
            hint = "the only part that is read is " + quoted(Scope::global);
        }
        problems_.error(member.key_position, path.text(),
                        "the key \"" + member.key + "\" is unknown in " + quoted(scope), {}, hint);
    }

    void belongs_to_other(Scope scope, const Member& member, const Path& path) {
        problems_.error(member.key_position, path.text(),
                        "the key \"" + member.key + "\" belongs to " +
                            std::string{facts_of(other_family()).protocol} + ", and this is read for " +
                            std::string{facts_of(family_).protocol},
                        {}, scope == Scope::root ? "each server has a configuration of its own" : "");
    }

    Family other_family() const { return family_ == Family::v4 ? Family::v6 : Family::v4; }
    std::string quoted(Scope scope) const { return "\"" + std::string{to_string(family_, scope)} + "\""; }

    void unbuilt(const Member& member, const Path& path) {
        const std::string what =
            "\"" + member.key + "\" decides who may get which address, and is not built yet";
        if (allow_unsupported_)
            problems_.warning_once(member.key, member.key_position, path.text(), what + ": it is ignored");
        else
            problems_.error(member.key_position, path.text(), what, {},
                            "remove it, or accept that it is ignored with --allow-unsupported");
    }

    void integer(const Key& key, const Value& value, const Path& path) {
        const auto number = std::get<std::int64_t>(value.data);
        if (number < key.rule.min || number > key.rule.max)
            problems_.error(value.position, path.text(), std::to_string(number) + " is out of range",
                            allowed_values(key.rule));
    }

    void duration(const Key& key, const Value& value, const Path& path) {
        if (std::holds_alternative<std::int64_t>(value.data)) return integer(key, value, path);
        const auto& text = std::get<std::string>(value.data);
        const auto length = duration_in(key.rule.unit, text);
        if (!length)
            problems_.error(value.position, path.text(),
                            "\"" + text + "\" is not a whole number of " + std::string{key.rule.unit},
                            allowed_values(key.rule));
        else if (*length < key.rule.min || *length > key.rule.max)
            problems_.error(value.position, path.text(), "\"" + text + "\" is out of range",
                            allowed_values(key.rule));
    }

    void flag_or_word(const Key& key, const Value& value, const Path& path) {
        if (std::holds_alternative<std::string>(value.data)) string(key, value, path);
    }

    void real(const Key& key, const Value& value, const Path& path) {
        const auto* whole = std::get_if<std::int64_t>(&value.data);
        const double number = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value.data);
        const Rule& rule = key.rule;
        const bool above = rule.low_open ? number > rule.low : number >= rule.low;
        const bool below = rule.high_open ? number < rule.high : number <= rule.high;
        if (!above || !below)
            problems_.error(value.position, path.text(), nlohmann::json(number).dump() + " is out of range",
                            allowed_values(rule));
    }

    void string(const Key& key, const Value& value, const Path& path) {
        const auto& text = std::get<std::string>(value.data);
        const Rule& rule = key.rule;
        if (text.find('\0') != std::string::npos)
            return problems_.error(value.position, path.text(), "the text contains the character \\u0000");
        if (text.size() > static_cast<std::size_t>(rule.max))
            return problems_.error(value.position, path.text(),
                                   "the text has " + std::to_string(text.size()) + " octets",
                                   allowed_values(rule));
        if (rule.words.empty() || has_word(rule.words, text)) return;
        const std::string shown_text = (key.flags & secret) != 0 ? "this value" : "\"" + text + "\"";
        if (!has_word(rule.unbuilt_words, text))
            return problems_.error(value.position, path.text(), shown_text + " is not known here",
                                   allowed_values(rule));
        const std::string what = "\"" + text + "\" decides who may get which address, and is not built yet";
        if (allow_unsupported_)
            problems_.warning_once(text, value.position, path.text(), what + ": the default is used");
        else
            problems_.error(value.position, path.text(), what, allowed_values(rule),
                            "choose another, or accept the default with --allow-unsupported");
    }

    void strings(const Key&, const Value& value, const Path& path) {
        const auto& list = std::get<Value::List>(value.data);
        for (std::size_t i = 0; i < list.size(); ++i)
            if (!std::holds_alternative<std::string>(list[i].data))
                problems_.error(list[i].position, Path{&path, {}, i}.text(),
                                "a " + std::string{list[i].type_name()} + " stands in a list of strings",
                                "a string");
    }

    void maps(const Key& key, const Value& value, const Path& path) {
        const auto& list = std::get<Value::List>(value.data);
        for (std::size_t i = 0; i < list.size(); ++i) {
            const Path inner{&path, {}, i};
            if (list[i].is_map() && key.rule.child == Scope::reservation && lenient_reservations_)
                continue;  // load_hosts looks at each on its own
            if (list[i].is_map())
                map(list[i], key.rule.child, inner);
            else
                problems_.error(list[i].position, inner.text(),
                                "a " + std::string{list[i].type_name()} + " stands in a list of maps",
                                "a map");
        }
    }

    void comment_stands_once(const Value& value, const Path& path) {
        const Value* const comment = value.member("comment");
        const Value* const context = value.member("user-context");
        if (comment != nullptr && context != nullptr && context->member("comment") != nullptr)
            problems_.error(comment->position, path.text() + "/comment",
                            "the comment stands in user-context too", "one of the two");
    }

    Family family_;
    bool allow_unsupported_, lenient_reservations_;
    Problems& problems_;
};

bool has_lenient_reservations(const Value& root, Family family) {
    const Value* const global = root.member(to_string(family, Scope::global));
    const Value* const flag = global != nullptr ? global->member("reservations-lenient") : nullptr;
    const bool* const value = flag != nullptr ? std::get_if<bool>(&flag->data) : nullptr;
    return value != nullptr && *value;
}

}  // namespace

bool asks_for_nothing(const Key& key, const Value& value) {
    if (value.is_list() && std::get<Value::List>(value.data).empty()) return true;
    if (value.is_map() && std::get<Value::Map>(value.data).empty()) return true;
    if (const auto* text = std::get_if<std::string>(&value.data); text != nullptr && text->empty())
        return true;
    return !key.fallback.empty() && to_json(value) == fallback_value(key);
}

void check_member(const Key& key, const Member& member, Family family, bool allow_unsupported,
                  Problems& problems) {
    Checker{family, allow_unsupported, problems}.known(key, member, Path{});
}

void check_map(const Value& map, Family family, Scope scope, const std::string& pointer,
               bool allow_unsupported, Problems& problems) {
    if (map.is_map())
        Checker{family, allow_unsupported, problems}.map(map, scope, Path{nullptr, {}, 0, pointer});
}

void check(const Value& root, Family family, bool allow_unsupported, Problems& problems) {
    const bool lenient = has_lenient_reservations(root, family);
    Checker{family, allow_unsupported, problems, lenient}.map(root, Scope::root, Path{});
}

}  // namespace leasehold::config
