// See the header.
#include "rehearsal/reply_comparison.hpp"

#include <algorithm>
#include <map>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::rehearsal {
namespace {

using Bytes = std::span<const std::uint8_t>;
/// What is compared: a name, as `ignored` may have it, and how it is shown.
struct Part {
    std::string title, value;
};
using Parts = std::map<std::string, Part>;

constexpr std::string_view no_answer = "no answer", none = "none";

void add_field(Parts& parts, const std::string& name, std::string value) {
    if (!value.empty()) parts.emplace("0" + name, Part{name, std::move(value)});
}

std::string address_text(Ipv4 address) {
    return address.is_zero() ? std::string{} : to_string(address);
}

/// Options go behind fields, by code.
std::string option_key(std::uint16_t code) {
    const auto number = std::to_string(code);
    return "1" + std::string(5 - number.size(), '0') + number;
}

void add_options(Parts& parts, const OptionWords& words, Family family, Bytes message) {
    for (const auto& option : options_of_reply(family, message)) {
        if (family == Family::v6 && (v6::is_ia(option.code) || option.code == v6::option::status_code)) continue;
        if (family == Family::v4 && option.code == v4::option::message_type) continue;
        auto& part = parts[option_key(option.code)];
        part.title = "option " + words.title(option.code);
        part.value += (part.value.empty() ? "" : "; ") + words.value(option.code, option.payload);
        if (option.payload.empty()) part.value = "present";
    }
}

std::string leases_text(const v6::IaView& ia) {
    std::string text;
    for (const auto& lease : ia.leases())
        text += (text.empty() ? "" : ", ") + to_string(lease.unit) + " " + std::to_string(lease.preferred) + "/" +
                std::to_string(lease.valid);
    if (const auto status = ia.status(); status && status->code != v6::StatusCode::success)
        text += (text.empty() ? "" : ", ") + std::string{v6::to_string(status->code)};
    return text.empty() ? "empty" : text;
}

std::string ia_name(const v6::IaView& ia) {
    return "IA " + std::string{to_string(ia.kind)} + " " + std::to_string(ia.iaid);
}

Parts parts_of_v4(const OptionWords& words, Bytes message) {
    Parts parts;
    const auto view = v4::MessageView::parse_reply(message);
    if (!view) return parts;
    add_field(parts, "message", std::string{v4::to_string(view->type())});
    add_field(parts, "address", address_text(view->yiaddr()));
    add_field(parts, "ciaddr", address_text(view->ciaddr()));
    add_field(parts, "next-server", address_text(view->siaddr()));
    add_field(parts, "server-hostname", std::string{view->sname()});
    add_field(parts, "boot-file-name", std::string{view->file()});
    add_options(parts, words, Family::v4, message);
    return parts;
}

Parts parts_of_v6(const OptionWords& words, Bytes message) {
    Parts parts;
    const auto view = v6::MessageView::parse_reply(message);
    if (!view) return parts;
    add_field(parts, "message", std::string{v6::to_string(view->type())});
    if (const auto status = view->status(); status && status->code != v6::StatusCode::success)
        add_field(parts, "status", std::string{v6::to_string(status->code)});
    for (const auto& ia : view->ias()) {
        add_field(parts, ia_name(ia), leases_text(ia));
        if (ia.kind != LeaseKind::ta)
            add_field(parts, ia_name(ia) + " T1/T2", std::to_string(ia.t1) + "/" + std::to_string(ia.t2));
    }
    add_options(parts, words, Family::v6, message);
    return parts;
}

Parts parts_of(const OptionWords& words, Family family, Bytes message) {
    return family == Family::v4 ? parts_of_v4(words, message) : parts_of_v6(words, message);
}

/// "054" and "54" are the same option.
bool is_ignored(const std::string& key, const Part& part, const std::set<std::string>& ignored) {
    if (key.front() == '0') return ignored.contains(part.title);
    return ignored.contains(std::to_string(std::stoul(key.substr(1))));
}

}  // namespace

std::string reply_summary(Family family, Bytes reply) {
    if (reply.empty()) return std::string{no_answer};
    if (family == Family::v4) {
        const auto view = v4::MessageView::parse_reply(reply);
        if (!view) return "an answer that cannot be read";
        const auto address = address_text(view->yiaddr());
        return std::string{v4::to_string(view->type())} + (address.empty() ? "" : " " + address);
    }
    const auto view = v6::MessageView::parse_reply(reply);
    if (!view) return "an answer that cannot be read";
    std::string text{v6::to_string(view->type())};
    if (const auto status = view->status(); status && status->code != v6::StatusCode::success)
        text += " " + std::string{v6::to_string(status->code)};
    for (const auto& ia : view->ias()) {
        text += " " + std::string{to_string(ia.kind)};
        for (const auto& lease : ia.leases()) text += " " + to_string(lease.unit);
        if (const auto status = ia.status(); status && status->code != v6::StatusCode::success)
            text += " " + std::string{v6::to_string(status->code)};
    }
    return text;
}

std::vector<Difference> compare_replies(const OptionWords& words, Family family, Bytes ours, Bytes theirs,
                                        const std::set<std::string>& ignored) {
    if (ours.empty() && theirs.empty()) return {};
    if (ours.empty() || theirs.empty())
        return {{"message", reply_summary(family, ours), reply_summary(family, theirs)}};
    const auto left = parts_of(words, family, ours), right = parts_of(words, family, theirs);
    std::vector<Difference> found;
    Parts all = left;
    all.insert(right.begin(), right.end());
    const auto value_in = [](const Parts& parts, const std::string& key) {
        const auto part = parts.find(key);
        return part == parts.end() ? std::string{none} : part->second.value;
    };
    for (const auto& [key, part] : all) {
        auto here = value_in(left, key), there = value_in(right, key);
        if (here == there || is_ignored(key, part, ignored)) continue;
        found.push_back({part.title, std::move(here), std::move(there)});
    }
    return found;
}

}  // namespace leasehold::rehearsal
