// Fields make an option: arrays, records, commas and quotes. A field by itself is option_field's part, the
// options with a syntax of their own are option_special's.
#include "dhcp/option_text.hpp"

#include <algorithm>

#include "dhcp/client_identity.hpp"
#include "dhcp/option_field.hpp"
#include "dhcp/option_special.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

/// Splits `data` at commas. A run of backslashes before a comma is read in pairs, each a backslash; one left
/// over makes the comma part of the field. Backslashes elsewhere stay as they are. Empty fields vanish.
std::vector<std::string> split_fields(std::string_view data) {
    std::vector<std::string> fields;
    std::string field;
    const auto end_field = [&] {
        if (const auto text = trimmed(field); !text.empty()) fields.emplace_back(text);
        field.clear();
    };
    for (std::size_t at = 0; at < data.size(); ++at) {
        const std::size_t run = std::min(data.find_first_not_of('\\', at), data.size()) - at;
        at += run;
        const bool before_comma = at < data.size() && data[at] == ',';
        field.append(before_comma ? run / 2 : run, '\\');
        if (at == data.size()) break;
        if (before_comma && run % 2 == 0)
            end_field();
        else
            field += data[at];
    }
    end_field();
    return fields;
}

/// The reverse for one field. `followed`: a comma comes after it.
std::string escape_field(std::string_view field, bool followed) {
    std::string out;
    std::size_t run = 0;  // backslashes just written
    for (const char c : field) {
        if (c == ',') out.append(run + 1, '\\');
        run = c == '\\' ? run + 1 : 0;
        out += c;
    }
    return followed ? out.append(run, '\\') : out;
}

bool is_record(const OptionDef& def) {
    return def.fields.size() > 1;
}

/// "field 2 (ipv4-address): ..." where there are several.
std::unexpected<OptionTextError> field_error(const OptionDef& def, std::size_t index,
                                             const OptionTextError& error) {
    if (!is_record(def) && !def.array) return std::unexpected(error);
    const Shape shape = def.fields[std::min(index, def.fields.size() - 1)];
    return option_text_error("field " + std::to_string(index + 1) + " (" + std::string{to_string(shape)} +
                             "): " + error.detail);
}

std::string field_types(const OptionDef& def) {
    std::string text;
    for (const Shape shape : def.fields) text.append(text.empty() ? "" : ", ").append(to_string(shape));
    return def.array ? text + ", and more of the last" : text;
}

Result<void, OptionTextError> check_field_count(const OptionDef& def, std::size_t count) {
    if (count < def.fields.size() || (is_record(def) && !def.array && count > def.fields.size()))
        return option_text_error("this option takes " + field_types(def) +
                                 "; values given: " + std::to_string(count));
    return {};
}

/// The text of each field. An error: the octets do not fit the shape.
Result<std::vector<std::string>, OptionTextError> read_fields(const OptionDef& def,
                                                              std::span<const std::uint8_t> bytes) {
    std::vector<std::string> fields;
    Reader octets{bytes};
    const auto wants_more = [&] {
        return fields.size() < def.fields.size() || (def.array && octets.left() > 0);
    };
    while (wants_more()) {
        const std::size_t left = octets.left();
        const Shape shape = def.fields[std::min(fields.size(), def.fields.size() - 1)];
        const bool repeated = fields.size() >= def.fields.size();
        auto field = take_field(shape, def.tuple_length_size, octets);
        if (!field) return field_error(def, fields.size(), field.error());
        if (repeated && octets.left() == left) break;  // a shape without octets cannot repeat
        fields.push_back(std::move(*field));
    }
    if (octets.left() == 0) return fields;
    if (def.encapsulates.empty())
        return option_text_error("octets left over after " + field_types(def) + ": " +
                                 std::to_string(octets.left()));
    fields.push_back("0x" + to_hex(octets.take(octets.left()), ""));  // sub-options
    return fields;
}

Result<std::string, OptionTextError> read_text(const OptionDef& def, std::span<const std::uint8_t> bytes) {
    if (is_special(def.fields.front())) return special_text(def.fields.front(), bytes);
    const auto fields = read_fields(def, bytes);
    if (!fields) return std::unexpected(fields.error());
    std::string text;
    for (std::size_t i = 0; i < fields->size(); ++i) {
        if ((*fields)[i].empty()) {
            if (def.fields.front() == Shape::empty) continue;
            return option_text_error("an empty value, which text cannot give");
        }
        if (!text.empty()) text += ", ";
        text += escape_field((*fields)[i], i + 1 < fields->size());
    }
    return text;
}

}  // namespace

Result<std::vector<std::uint8_t>, OptionTextError> option_bytes(const OptionDef& def, std::string_view data) {
    if (is_special(def.fields.front())) return special_bytes(def.fields.front(), data);

    auto fields = split_fields(data);
    if (def.fields.front() == Shape::empty && fields.empty()) return std::vector<std::uint8_t>{};
    if (const auto ok = check_field_count(def, fields.size()); !ok) return std::unexpected(ok.error());
    if (!is_record(def) && !def.array) fields.resize(1);  // the rest is ignored, as in Kea

    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Shape shape = def.fields[std::min(i, def.fields.size() - 1)];
        if (const auto ok = append_field(shape, fields[i], def.tuple_length_size, bytes); !ok)
            return field_error(def, i, ok.error());
    }
    return bytes;
}

Result<std::vector<std::uint8_t>, OptionTextError> option_bytes_from_hex(std::string_view data) {
    data = trimmed(data);
    if (data.size() >= 2 && data.starts_with('\'') && data.ends_with('\'')) {
        const auto text = trimmed(data.substr(1, data.size() - 2));
        return std::vector<std::uint8_t>{text.begin(), text.end()};
    }
    const auto octets = parse_hex(data);
    if (!octets)
        return option_text_error(
            "\"" + std::string{data.substr(0, 60)} +
            "\" is not hexadecimal: use 0a1b, 0x0a1b, 0a:1b or \"0a 1b\", or 'text' in quotes");
    return std::vector<std::uint8_t>{octets->begin(), octets->end()};
}

Result<void, OptionTextError> check_option(const OptionDef& def, std::span<const std::uint8_t> bytes) {
    if (is_special(def.fields.front())) return check_special(def.fields.front(), bytes);
    const auto fields = read_fields(def, bytes);
    if (!fields) return std::unexpected(fields.error());
    return {};
}

Result<void, OptionTextError> check_definition(const OptionDef& def) {
    const auto is_unbounded = [](Shape shape) { return shape == Shape::string || shape == Shape::binary; };
    if (def.fields.empty()) return option_text_error("a record needs its list of types");
    if (std::ranges::any_of(def.fields, is_special)) return option_text_error("the type is for internal use");
    if (std::ranges::find(def.fields, Shape::empty) != def.fields.end() && (is_record(def) || def.array))
        return option_text_error("\"empty\" can be neither in a record nor in an array");
    if (std::ranges::any_of(def.fields.first(def.fields.size() - 1), is_unbounded))
        return option_text_error(
            "string and binary have no length of their own: only the last field can be one");
    if (def.array && is_unbounded(def.fields.back()))
        return option_text_error(
            "string and binary have no length of their own and cannot repeat; use tuple");
    return {};
}

std::string option_to_text(const OptionDef& def, std::span<const std::uint8_t> bytes) {
    auto text = read_text(def, bytes);
    if (text && is_printable(*text)) return std::move(*text);
    return "0x" + to_hex(bytes, "");
}

}  // namespace leasehold
