// Options as lines for people, by the tables of both families.
#include <algorithm>
#include <random>

#include "cli/probe_protocol.hpp"
#include "dhcp/option_text.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/ia.hpp"
#include "dhcp/v6/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

constexpr int probe_depth_max = 6;

const OptionDef* find_probe_definition(Family family, std::string_view space, std::uint16_t code) {
    const auto rows = family == Family::v4 ? v4::options_of_space(space) : v6::options_of_space(space);
    const auto found = std::ranges::find(rows, code, &OptionDef::code);
    return found == rows.end() ? nullptr : &*found;
}

/// Octets of the fields before sub-options; nullopt: they have no fixed size.
std::optional<std::size_t> size_of_fields(const OptionDef& def) {
    std::size_t size = 0;
    for (const Shape shape : def.fields) {
        switch (shape) {
            case Shape::empty: break;
            case Shape::boolean:
            case Shape::int8:
            case Shape::uint8: size += 1; break;
            case Shape::int16:
            case Shape::uint16: size += 2; break;
            case Shape::int32:
            case Shape::uint32:
            case Shape::ipv4: size += 4; break;
            case Shape::ipv6: size += 16; break;
            default: return std::nullopt;
        }
    }
    return size;
}

void show_suboptions(Family family, std::string_view space, std::span<const std::uint8_t> octets, int depth,
                     std::vector<ProbeLine>& lines) {
    if (family == Family::v6) {
        for (const auto& option : v6::Options{octets})
            show_probe_option(family, space, option.code, option.payload, depth, lines);
        return;
    }
    Reader in{octets};
    while (in.left() > 0) {
        const auto option = take_sub_option(in);
        if (!option) return;
        show_probe_option(family, space, option->code, option->payload, depth, lines);
    }
}

/// What is easier to read with the names of its fields; nullopt: nothing is.
std::optional<std::string> text_in_words(std::uint16_t code, std::span<const std::uint8_t> payload) {
    const auto seconds = [](std::uint32_t value) { return value == 0xffffffff ? "for ever" : std::to_string(value) + " s"; };
    if (v6::is_ia(code)) {
        const auto ia = v6::read_ia({code, payload});
        std::string text = "iaid " + std::to_string(ia.iaid);
        if (ia.kind != LeaseKind::ta) text += ", T1 " + seconds(ia.t1) + ", T2 " + seconds(ia.t2);
        return text;
    }
    if (code == v6::option::iaaddr || code == v6::option::iaprefix) {
        const auto lease = v6::read_ia_lease({code, payload});
        return (code == v6::option::iaprefix ? network_text(lease.unit) : to_string(lease.unit)) + ", preferred " +
               seconds(lease.preferred) + ", valid " + seconds(lease.valid);
    }
    if (code == v6::option::status_code && payload.size() >= 2) {
        const auto number = read_u16(payload.data());
        std::string text{v6::to_string(v6::StatusCode{number})};
        if (text == "unknown") text = "status " + std::to_string(number);
        return payload.size() == 2 ? text
                                   : text + ": " + probe_text({reinterpret_cast<const char*>(payload.data()) + 2,
                                                               payload.size() - 2});
    }
    return std::nullopt;
}

}  // namespace

std::uint32_t probe_random() {
    static std::random_device device;
    return device();
}

std::string probe_text(std::string_view octets) {
    std::string text;
    for (const char c : octets.substr(0, 255)) text += c >= ' ' && c <= '~' ? c : '?';
    return text;
}

void show_probe_option(Family family, std::string_view space, std::uint16_t code, std::span<const std::uint8_t> payload,
                       int depth, std::vector<ProbeLine>& lines) {
    const OptionDef* const def = find_probe_definition(family, space, code);
    // RFC 3925 gives each vendor's options a length of their own: shown as they are.
    const bool vendors_of_v4 = def != nullptr && family == Family::v4 && def->encapsulates == "vendor";
    ProbeLine line{.name = std::to_string(code), .text = {}, .depth = depth};
    if (def == nullptr || vendors_of_v4 || depth > probe_depth_max) {
        if (def != nullptr) line.name += " " + std::string{def->name};
        line.text = "0x" + to_hex(payload, "");
        lines.push_back(std::move(line));
        return;
    }
    line.name += " " + std::string{def->name};
    const auto size = def->encapsulates.empty() ? std::nullopt : size_of_fields(*def);
    if (!size || *size > payload.size()) {
        line.text = option_to_text(*def, payload);
        if (family == Family::v6 && space == "dhcp6" && def->encapsulates.empty())
            if (auto words = text_in_words(code, payload)) line.text = std::move(*words);
        lines.push_back(std::move(line));
        return;
    }
    OptionDef fields = *def;
    fields.encapsulates = {};
    auto words = family == Family::v6 && space == "dhcp6" ? text_in_words(code, payload) : std::nullopt;
    line.text = words ? std::move(*words) : *size == 0 ? "" : option_to_text(fields, payload.first(*size));
    std::string within{def->encapsulates};
    if (within == "vendor" && payload.size() >= 4) within = "vendor-" + std::to_string(read_u32(payload.data()));
    lines.push_back(std::move(line));
    show_suboptions(family, within, payload.subspan(*size), depth + 1, lines);
}

}  // namespace leasehold
