// Which texts those are, and what the hidden mark may stand for.
#include "config/hidden_texts.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/database_url.hpp"
#include "config/node.hpp"
#include "config/placeholders.hpp"
#include "config/schema.hpp"

namespace leasehold::config {
namespace {

using Json = nlohmann::json;

/// Whoever gets the password of a database is named by these. Were one of them different, a password that
/// nobody may see could be sent to a host of the asker's choice.
constexpr std::array<std::string_view, 6> receivers{"type", "host",      "port",
                                                    "user", "user-file", "credentials-file"};

bool has_mark(std::string_view text) {
    return text.find(hidden_mark) != std::string_view::npos;
}

class Hider {
public:
    Hider(const Value& root, const ShownConfiguration* present, Problems& problems)
        : root_{root}, present_{present}, problems_{problems} {}

    void global(Json& map, const std::string& pointer) {
        database(map, "lease-database", pointer);
        databases(map, "hosts-databases", pointer);
        if (const auto control = map.find("config-control"); control != map.end())
            databases(*control, "config-databases", pointer_to(pointer, "config-control"));
        // Not used here, but not to be shown either.
        for (const char* const part : {"control-sockets", "hooks-libraries"})
            if (const auto found = map.find(part); found != map.end())
                named_secrets(*found, pointer_to(pointer, part));
    }

    HiddenTexts take() { return std::move(hidden_); }

private:
    void databases(Json& outer, const std::string& key, const std::string& pointer) {
        const auto found = outer.is_object() ? outer.find(key) : outer.end();
        if (found == outer.end() || !found->is_array()) return;
        for (std::size_t i = 0; i < found->size(); ++i)
            database_map((*found)[i], pointer_to(pointer, key) + "/" + std::to_string(i));
    }
    void database(Json& outer, const std::string& key, const std::string& pointer) {
        const auto found = outer.find(key);
        if (found != outer.end()) database_map(*found, pointer_to(pointer, key));
    }

    void database_map(Json& map, const std::string& pointer) {
        if (!map.is_object()) return;
        const bool to_the_same = goes_to_the_same(map, pointer);
        for (auto& [name, value] : map.items()) {
            const Key* const key = find_key(any_family, Scope::lease_database, name);
            if (key == nullptr || !value.is_string()) continue;
            const std::string& text = value.get_ref<const std::string&>();
            const bool is_secret = (key->flags & secret) != 0;
            std::string shown{hidden_mark};
            if (name == "url")
                shown = hide_url_secrets(text);
            else if (!is_secret || text.empty())
                shown = hide_placeholders(text);
            hide(value, pointer_to(pointer, name), shown, to_the_same || !is_secret);
        }
    }

    /// Members that are secrets by their names, at any depth.
    void named_secrets(Json& json, const std::string& pointer) {
        if (json.is_array())
            for (std::size_t i = 0; i < json.size(); ++i)
                named_secrets(json[i], pointer + "/" + std::to_string(i));
        if (!json.is_object()) return;
        for (auto& [name, value] : json.items()) {
            const bool is_secret = name == "password" || name == "secret";
            const std::string inner = pointer_to(pointer, name);
            if (is_secret && value.is_string() && !value.get_ref<const std::string&>().empty())
                hide(value, inner, std::string{hidden_mark}, true);
            else if (name != "user-context")
                named_secrets(value, inner);
        }
    }

    /// @param may_stand  for what is hidden here at present
    void hide(Json& value, const std::string& pointer, const std::string& shown, bool may_stand) {
        std::string text = value.get<std::string>();
        if (has_mark(text)) {
            const HiddenText* const meant = present_text(pointer);
            if (meant == nullptr || meant->shown != text || !may_stand)
                return refuse(pointer, meant != nullptr);
            hidden_.push_back(*meant);
        } else if (shown != text) {
            hidden_.push_back({pointer, shown, Secret{std::move(text)}});
            value = shown;
        }
    }

    void refuse(const std::string& pointer, bool something_is_hidden) {
        const std::string what =
            "\"" + std::string{hidden_mark} + "\" stands for what config-get does not show; " +
            (something_is_hidden ? "it can be kept only with the same type, host, port and user"
                                 : "in this place there is nothing that it could stand for");
        problems_.error(nearest_value(root_, pointer).position, pointer, what, "the text itself, or a file",
                        "see password-file");
    }

    const HiddenText* present_text(const std::string& pointer) const {
        return present_ != nullptr ? find_hidden(present_->hidden, pointer) : nullptr;
    }

    bool goes_to_the_same(const Json& map, const std::string& pointer) const {
        const Json::json_pointer place{pointer};
        if (present_ == nullptr || !present_->full->contains(place)) return false;
        const Json& other = present_->full->at(place);
        return std::ranges::all_of(receivers, [&](std::string_view name) {
            const std::string key{name}, inner = pointer_to(pointer, name);
            const bool here = map.contains(key), there = other.contains(key);
            if (!here || !there) return here == there;
            const HiddenText* const meant = present_text(inner);
            if (meant == nullptr) return map[key] == other[key];
            return map[key] == Json(meant->shown) || map[key] == Json(meant->written.reveal());
        });
    }

    const Value& root_;
    const ShownConfiguration* present_;
    Problems& problems_;
    HiddenTexts hidden_;
};

}  // namespace

HiddenTexts hide_texts(Json& full, const Value& root, const ShownConfiguration* present, Problems& problems) {
    Hider hider{root, present, problems};
    for (const auto& [name, global] : full.items()) hider.global(global, pointer_to("", name));
    return hider.take();
}

const HiddenText* find_hidden(const HiddenTexts& hidden, std::string_view pointer) {
    const auto found = std::ranges::find(hidden, pointer, &HiddenText::pointer);
    return found == hidden.end() ? nullptr : &*found;
}

Json written_form(const Json& full, const HiddenTexts& hidden) {
    Json written = full;
    for (const HiddenText& text : hidden)
        written.at(Json::json_pointer{text.pointer}) = text.written.reveal();
    return written;
}

}  // namespace leasehold::config
