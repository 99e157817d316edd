#include "config/database_members.hpp"

#include <array>
#include <charconv>

#include "config/check.hpp"

namespace leasehold::config {
namespace {

/// What a URL says in its parts: beside it these would say it twice.
constexpr std::array<std::string_view, 6> url_parts{"type", "name", "host", "port", "user", "password"};

/// A text of a URL as the type that its key needs; what does not fit stays a text, and the check tells.
Value::Data typed(const Rule& rule, const std::string& text) {
    if (rule.type == Type::boolean || rule.type == Type::flag_or_word) {
        if (text == "true") return true;
        if (text == "false") return false;
    }
    if (rule.type == Type::integer || rule.type == Type::duration) {
        std::int64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        if (error == std::errc{} && stop == end) return number;
    }
    return text;
}

}  // namespace

DatabaseMembers::DatabaseMembers(const Node& written, const HiddenTexts& hidden, const LoadOptions& options)
    : written_{written} {
    map_.position = written.value().position;
    map_.data = Value::Map{};
    for (const Member& member : std::get<Value::Map>(written.value().data))
        take_member(member, hidden, options);
    if (map_.member("url") != nullptr) take_url(options);
    node_.emplace(map_, written.pointer(), written.problems());
}

void DatabaseMembers::take_member(const Member& member, const HiddenTexts& hidden,
                                  const LoadOptions& options) {
    Member taken = member;
    auto* const text = std::get_if<std::string>(&taken.value.data);
    if (text != nullptr) {
        if (const auto* const found = find_hidden(hidden, pointer_to(written_.pointer(), member.key)))
            *text = found->written.reveal();
        const Key* const key = find_key(any_family, Scope::lease_database, member.key);
        const bool has_placeholders =
            key != nullptr && key->rule.type == Type::string && key->rule.words.empty();
        // Those of a URL are replaced when it is in parts.
        if (has_placeholders && member.key != "url" && member.key != "comment") {
            auto expanded = expand(*text, options.environment);
            if (!expanded) return written_.error(member.key, expanded.error());
            *text = std::move(*expanded);
        }
    }
    std::get<Value::Map>(map_.data).push_back(std::move(taken));
}

void DatabaseMembers::add(std::string_view key, Value::Data data) {
    Member member;
    member.key = key;
    member.key_position = member.value.position = map_.member("url")->position;
    member.value.data = std::move(data);
    from_url_.emplace(key);
    std::get<Value::Map>(map_.data).push_back(std::move(member));
}

void DatabaseMembers::take_url(const LoadOptions& options) {
    const auto* const text = std::get_if<std::string>(&map_.member("url")->data);
    if (text == nullptr) return;  // the schema check told
    for (const std::string_view part : url_parts)
        if (map_.member(part) != nullptr)
            return written_.error(part,
                                  "\"" + std::string{part} + "\" stands beside \"url\", which is to say it",
                                  "one of the two");
    auto url = parse_database_url(*text, options.environment);
    if (!url)
        return written_.error("url", std::move(url.error().what), std::move(url.error().allowed),
                              std::move(url.error().hint));
    url_hosts_ = std::move(url->hosts);
    add("type", url->type);
    add("name", url->name);
    if (url->has_user) add("user", url->user);
    if (url->has_password) add("password", url->password.reveal());
    for (const UrlQuery& query : url->query) take_query(query, options);
}

void DatabaseMembers::take_query(const UrlQuery& query, const LoadOptions& options) {
    if (map_.member(query.key) != nullptr)
        return written_.error(query.key,
                              "\"" + query.key + "\" stands beside \"url\", which says it behind \"?\"",
                              "one of the two");
    const Key& key = *find_key(any_family, Scope::lease_database, query.key);
    add(query.key, typed(key.rule, query.value));
    Problems found;
    check_member(key, std::get<Value::Map>(map_.data).back(), options.family,
                 options.allow_unsupported, found);
    const std::string subject = "\"" + query.key + "\" of the url: ";
    for (Problem& problem : found.errors())
        written_.error(
            "url",
            subject + (query.from_environment ? "the value from the environment is not right" : problem.what),
            std::move(problem.allowed), std::move(problem.hint));
    for (Problem& problem : found.warnings()) written_.warning("url", subject + problem.what);
}

bool DatabaseMembers::asks_for(std::string_view key) const {
    const Value* const value = map_.member(key);
    return value != nullptr && !asks_for_nothing(*find_key(any_family, Scope::lease_database, key), *value);
}

std::string_view DatabaseMembers::told_at(std::string_view key) const {
    return from_url_.contains(key) ? "url" : key;
}

void DatabaseMembers::error(std::string_view key, std::string what, std::string allowed,
                            std::string hint) const {
    written_.error(told_at(key), std::move(what), std::move(allowed), std::move(hint));
}

void DatabaseMembers::warning(std::string_view key, std::string what, std::string hint) const {
    written_.warning(told_at(key), std::move(what), std::move(hint));
}

}  // namespace leasehold::config
