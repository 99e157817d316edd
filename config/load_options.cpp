// From one element of option-data to its octets, and from the elements of one list to the options that are
// sent. Which of them a client gets is decide's part.
#include "config/load_options.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "dhcp/option_field.hpp"
#include "dhcp/option_text.hpp"

namespace leasehold::config {
namespace {

constexpr std::size_t nesting_max = 8;    // of spaces within spaces
constexpr std::size_t value_max = 65535;  // octets of one option, however it is split
constexpr std::size_t written_max = 10'000;  // sub-options: spaces that hold each other multiply them

using Bytes = std::vector<std::uint8_t>;

/// One element of option-data.
struct Entry {
    std::string space;
    OptionValue value;
    const OptionDef* def = nullptr;
    const Node* node = nullptr;
};

/// Where an option of this name may be, or a name like it.
std::string hint_for(const std::string& space, const std::string& name, const FamilyFacts& family,
                     const Definitions& definitions) {
    if (const auto near = definitions.nearest(space, name); !near.empty())
        return "did you mean \"" + std::string{near} + "\"?";
    const auto has_it = [&](std::string_view other) { return definitions.find(other, name) != nullptr; };
    const auto other = std::ranges::find_if(family.spaces, has_it);
    if (other != family.spaces.end()) return "the space \"" + std::string{*other} + "\" has one";
    return "option-def defines options of your own";
}

/// The option that an element means, by name, by code, or by both.
bool identify(const Node& node, const FamilyFacts& family, const Definitions& definitions, Entry& entry) {
    const std::string* const name = node.text("name");
    const auto code = node.integer("code");
    if (name == nullptr && !code) {
        node.error("", "this option has neither a name nor a code", "\"name\", \"code\" or both");
        return false;
    }
    if (entry.space == family.other_space) {
        node.error("space", "options of the space \"" + entry.space + "\" cannot be sent by a " +
                       std::string{family.protocol} + " server",
                   "\"" + std::string{family.space} + "\" or a space of sub-options");
        return false;
    }
    const OptionDef* const named = name != nullptr ? definitions.find(entry.space, *name) : nullptr;
    if (name != nullptr && named == nullptr &&
        !(code && definitions.find(entry.space, static_cast<std::uint16_t>(*code)) == nullptr)) {
        node.error("name", "the space \"" + entry.space + "\" has no option \"" + *name + "\"", {},
                   hint_for(entry.space, *name, family, definitions));
        return false;
    }
    if (named != nullptr && code && *code != named->code) {
        node.error("code",
                   "the option \"" + *name + "\" has the code " + std::to_string(named->code) + ", not " +
                       std::to_string(*code),
                   "one of the two, or both for the same option");
        return false;
    }
    entry.value.code = named != nullptr ? named->code : static_cast<std::uint16_t>(*code);
    entry.def = named != nullptr ? named : definitions.find(entry.space, entry.value.code);
    return true;
}

bool may_be_configured(const Node& node, const FamilyFacts& family, const Entry& entry) {
    const bool own = entry.space == family.space && family.is_server_owned(entry.value.code);
    if (!own && entry.space != "dhcp-agent-options-space") return true;
    const std::string name =
        entry.def != nullptr ? "\"" + std::string{entry.def->name} + "\"" : std::to_string(entry.value.code);
    node.error("", "the option " + name +
                       " is made by the server or belongs to clients and relays; it cannot be configured");
    return false;
}

/// Fills in the value's bytes. @return false: told what is wrong with it.
bool read_data(const Node& node, Entry& entry) {
    const std::string* const data = node.text("data");
    if (data == nullptr && entry.value.never_send) return true;
    const bool csv = node.boolean("csv-format").value_or(entry.def != nullptr);
    if (csv && entry.def == nullptr) {
        node.error("csv-format",
                   "no definition says how to read the option " + std::to_string(entry.value.code) +
                       " of the space \"" + entry.space + "\"",
                   "csv-format false with hexadecimal data, or an option-def");
        return false;
    }
    auto bytes = csv ? option_bytes(*entry.def, data != nullptr ? *data : "")
                     : option_bytes_from_hex(data != nullptr ? *data : "");
    if (!bytes) {
        node.error("data", bytes.error().detail);
        return false;
    }
    if (bytes->size() > value_max) {
        node.error("data", "the value has " + std::to_string(bytes->size()) + " octets", "at most 65535");
        return false;
    }
    if (!csv && entry.def != nullptr) {
        if (const auto fits = check_option(*entry.def, *bytes); !fits) {
            node.error("data", fits.error().detail);
            return false;
        }
    }
    entry.value.bytes = std::move(*bytes);
    return true;
}

/// Names, codes and defaults, as config-get shows an option.
void complete(nlohmann::json& full, const Entry& entry) {
    full["code"] = entry.value.code;
    full["space"] = entry.space;
    if (entry.def != nullptr) full["name"] = entry.def->name;
    if (!full.contains("csv-format")) full["csv-format"] = entry.def != nullptr;
}

void sort(OptionSet& options) {
    std::ranges::stable_sort(options, {}, [](const OptionValue& o) { return std::pair{o.vendor, o.code}; });
}

/// Puts the sub-options of one scope's list into the options that carry them.
class Composer {
public:
    Composer(const FamilyFacts& family, std::vector<Entry>& entries) : family_{family} {
        std::ranges::stable_sort(entries, {}, [](const Entry& e) { return e.value.code; });
        for (Entry& entry : entries) by_space_[entry.space].push_back(&entry);
    }

    OptionSet compose(const Definitions& definitions) {
        OptionSet options;
        for (const Entry* entry : by_space_[std::string{family_.space}]) add(options, *entry);
        for (const auto& [space, entries] : by_space_) {
            std::uint32_t enterprise = 0;
            if (!parse_vendor_space(space, enterprise)) continue;
            used_.insert(space);
            for (const Entry* entry : entries) add_for_vendor(options, *entry, enterprise);
        }
        for (const auto& [space, entries] : by_space_)
            if (space != family_.space && !used_.contains(space)) tell_unused(space, *entries.front(), definitions);
        sort(options);
        return options;
    }

private:
    void add(OptionSet& options, const Entry& entry) {
        OptionValue value = entry.value;
        if (entry.def != nullptr && !entry.def->encapsulates.empty() && !value.never_send)
            append(value.bytes, space_bytes(std::string{entry.def->encapsulates}, entry, 1));
        check_size(entry, value.bytes);
        options.push_back(std::move(value));
    }

    /// With what was put into it.
    static void check_size(const Entry& entry, const Bytes& bytes) {
        if (bytes.size() > value_max)
            entry.node->error("", "the option has " + std::to_string(bytes.size()) + " octets",
                              "at most " + std::to_string(value_max));
    }

    /// A sub-option of the vendor option (125, RFC 3925; 17, RFC 8415 21.17): which of a vendor's sub-options
    /// are sent is decided as for options. An enterprise number alone in the vendor option stays beside them:
    /// its flags speak for all of that vendor.
    void add_for_vendor(OptionSet& options, const Entry& entry, std::uint32_t enterprise) {
        add(options, entry);
        OptionValue& value = options.back();
        value.vendor = enterprise;
        if (value.bytes.size() > family_.vendor_sub_option_max)
            entry.node->error("",
                              "a vendor's sub-option has " + std::to_string(value.bytes.size()) + " octets",
                              "at most " + std::to_string(family_.vendor_sub_option_max));
    }

    /// All sub-options that this scope has in a space, as code, length, value.
    Bytes space_bytes(const std::string& space, const Entry& user, std::size_t depth) {
        used_.insert(space);
        Bytes bytes;
        const auto found = by_space_.find(space);
        if (found == by_space_.end()) return bytes;
        if (depth > nesting_max) {
            user.node->error("", "the spaces below \"" + space + "\" hold each other",
                             "sub-options at most 8 levels deep");
            return bytes;
        }
        for (const Entry* entry : found->second) {
            if (!entry->value.only_for.empty())
                entry->node->warning("client-classes",
                                     "a sub-option is sent with the option that carries it: its own "
                                     "client-classes have no effect",
                                     "tag the option that carries it");
            if (entry->value.never_send) continue;
            if (++written_ > written_max) break;
            if (written_ == written_max)
                user.node->error("", "the sub-options below \"" + space + "\" are too many", "at most 10000");
            Bytes value = entry->value.bytes;
            if (entry->def != nullptr && !entry->def->encapsulates.empty())
                append(value, space_bytes(std::string{entry->def->encapsulates}, *entry, depth + 1));
            check_size(*entry, value);
            append_sub_option(bytes, entry->value.code, value);
        }
        return bytes;
    }

    /// In DHCPv4 a long value is split over several sub-options of its code (RFC 3396).
    void append_sub_option(Bytes& bytes, std::uint16_t code, const Bytes& value) const {
        std::size_t at = 0;
        do {
            const std::size_t size = std::min(value.size() - at, family_.sub_option_max);
            append_number(bytes, code, family_.code_size);
            append_number(bytes, size, family_.code_size);
            bytes.insert(bytes.end(), value.begin() + static_cast<std::ptrdiff_t>(at),
                         value.begin() + static_cast<std::ptrdiff_t>(at + size));
            at += size;
        } while (at < value.size());
    }

    static void append(Bytes& bytes, const Bytes& more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
    }

    static void tell_unused(const std::string& space, const Entry& first, const Definitions& definitions) {
        const OptionDef* const container = definitions.container_of(space);
        const std::string what = "the sub-options of the space \"" + space + "\" are never sent: ";
        if (container == nullptr)
            first.node->warning("", what + "no option-def encapsulates this space");
        else
            first.node->warning("", what + "the option that carries them is not in this list",
                                "add { \"name\": \"" + std::string{container->name} + "\" }");
    }

    const FamilyFacts& family_;
    std::map<std::string, std::vector<Entry*>> by_space_;
    std::set<std::string> used_;
    std::size_t written_ = 0;  // sub-options, each as often as it is put somewhere
};

}  // namespace

OptionSet load_options(const Node& owner, Loading& loading, const Definitions& definitions,
                       nlohmann::json& full) {
    const std::vector<Node> nodes = owner.maps("option-data");
    if (nodes.empty()) return {};
    nlohmann::json& list = full["option-data"];
    const FamilyFacts& family = loading.family;
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        Entry entry{.space = node.text_or("space", family.space), .value = {}, .node = &node};
        entry.value.always_send = node.boolean("always-send").value_or(false);
        entry.value.never_send = node.boolean("never-send").value_or(false);
        entry.value.only_for = loading.classes.list(node, "client-classes");
        if (!identify(node, family, definitions, entry) || !may_be_configured(node, family, entry) ||
            !read_data(node, entry))
            continue;
        if (i < list.size()) complete(list[i], entry);
        entries.push_back(std::move(entry));
    }
    const bool plain = std::ranges::all_of(entries, [&](const Entry& e) {
        return e.space == family.space && (e.def == nullptr || e.def->encapsulates.empty());
    });
    if (!plain) return Composer{family, entries}.compose(definitions);

    OptionSet options;
    options.reserve(entries.size());
    for (Entry& entry : entries) options.push_back(std::move(entry.value));
    sort(options);
    return options;
}

}  // namespace leasehold::config
