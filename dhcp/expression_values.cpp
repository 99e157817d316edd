// The values of an expression: literals, what a packet says, and functions. One table has the words.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "dhcp/address.hpp"
#include "dhcp/expression_parser.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::expression {
namespace {

struct FieldName {
    std::string_view group, name;  // "pkt4", "mac"
    PacketField field;
};
constexpr std::array field_names{
    FieldName{"pkt", "iface", PacketField::interface},
    FieldName{"pkt", "src", PacketField::source},
    FieldName{"pkt", "dst", PacketField::destination},
    FieldName{"pkt", "len", PacketField::length},
    FieldName{"pkt4", "mac", PacketField::mac},
    FieldName{"pkt4", "hlen", PacketField::hlen},
    FieldName{"pkt4", "htype", PacketField::htype},
    FieldName{"pkt4", "ciaddr", PacketField::ciaddr},
    FieldName{"pkt4", "giaddr", PacketField::giaddr},
    FieldName{"pkt4", "yiaddr", PacketField::yiaddr},
    FieldName{"pkt4", "siaddr", PacketField::siaddr},
    FieldName{"pkt4", "msgtype", PacketField::message_type},
    FieldName{"pkt4", "transid", PacketField::transaction_id},
    FieldName{"pkt6", "msgtype", PacketField::message_type},
    FieldName{"pkt6", "transid", PacketField::transaction_id},
};

std::string names_of_group(std::string_view group) {
    std::string names;
    for (const auto& field : field_names)
        if (field.group == group) names += (names.empty() ? "" : ", ") + std::string{field.name};
    return names;
}

std::string quoted(std::string_view text) {
    return "\"" + std::string{text} + "\"";
}

std::string suggestion(std::string_view name, const std::function<bool(std::string_view)>& exists) {
    const auto near = near_name(name, exists);
    return near.empty() ? "" : "; did you mean " + quoted(near) + "?";
}

std::uint8_t hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    return static_cast<std::uint8_t>(::tolower(static_cast<unsigned char>(c)) - 'a' + 10);
}

}  // namespace

std::span<const Parser::Word> Parser::words() {
    static constexpr std::array table{
        Word{.name = "option", .parse = &Parser::option_path},
        Word{.name = "relay4", .parse = &Parser::relay4, .only = Family::v4},
        Word{.name = "relay6", .parse = &Parser::relay6, .only = Family::v6},
        Word{.name = "vendor", .parse = &Parser::vendor},
        Word{.name = "vendor-class", .parse = &Parser::vendor_class},
        Word{.name = "pkt", .parse = &Parser::packet_field},
        Word{.name = "pkt4", .parse = &Parser::packet_field, .only = Family::v4},
        Word{.name = "pkt6", .parse = &Parser::packet_field, .only = Family::v6},
        Word{.name = "member", .parse = &Parser::member},
        // Kea's manual has these two words; its parser does not know them.
        Word{.name = "known", .parse = &Parser::known},
        Word{.name = "unknown", .parse = &Parser::known, .code = OpCode::negate},
        Word{.name = "match", .parse = &Parser::match},
        Word{.name = "substring", .parse = &Parser::substring},
        Word{.name = "split", .parse = &Parser::split},
        Word{.name = "concat", .parse = &Parser::two_texts, .code = OpCode::concat},
        Word{.name = "hexstring", .parse = &Parser::two_texts, .code = OpCode::hexstring},
        Word{.name = "ifelse", .parse = &Parser::if_else},
        Word{.name = "sifelse", .parse = &Parser::if_else, .code = OpCode::select},
        Word{.name = "lcase", .parse = &Parser::one_text, .code = OpCode::lower},
        Word{.name = "ucase", .parse = &Parser::one_text, .code = OpCode::upper},
        Word{.name = "addrtotext", .parse = &Parser::one_text, .code = OpCode::address_text},
        Word{"int8totext", &Parser::one_text, OpCode::integer_text, 1, true, {}},
        Word{"int16totext", &Parser::one_text, OpCode::integer_text, 2, true, {}},
        Word{"int32totext", &Parser::one_text, OpCode::integer_text, 4, true, {}},
        Word{"uint8totext", &Parser::one_text, OpCode::integer_text, 1, false, {}},
        Word{"uint16totext", &Parser::one_text, OpCode::integer_text, 2, false, {}},
        Word{"uint32totext", &Parser::one_text, OpCode::integer_text, 4, false, {}},
    };
    return table;
}

Type Parser::word() {
    const Token token = token_;
    const auto found = std::ranges::find(words(), token.text, &Word::name);
    if (found == words().end()) {
        unknown_word(token);
        return Type::octets;
    }
    if (found->only && *found->only != names_.family) {
        const bool is_v4 = names_.family == Family::v4;
        fail(token.offset, quoted(token.text) + " is of DHCPv" + (is_v4 ? "6" : "4") +
                               " packets; those of this server have " +
                               (is_v4 ? "\"pkt4\" and \"relay4\"" : "\"pkt6\" and \"relay6\""));
        return Type::octets;
    }
    advance();
    return (this->*found->parse)(*found);
}

void Parser::unknown_word(const Token& word) {
    const auto exists = [](std::string_view name) {
        return std::ranges::find(words(), name, &Word::name) != words().end();
    };
    fail(word.offset, "expected a value such as option[61].hex, pkt4.mac or 'text', found " +
                          quoted(word.text.substr(0, 40)) + suggestion(word.text, exists));
}

// --- literals

void Parser::literal() {
    switch (token_.kind) {
        case TokenKind::text: emit_.literal(as_octets(token_.text)); return advance();
        case TokenKind::hex: return hex_literal();
        case TokenKind::address: return address_literal();
        case TokenKind::integer: {
            std::array<std::uint8_t, 4> octets;
            write_u32(octets.data(), static_cast<std::uint32_t>(
                                         integer(0, std::numeric_limits<std::uint32_t>::max(), "a number")));
            return emit_.literal(octets);
        }
        default: return fail_here("a value such as option[61].hex, pkt4.mac or 'text'");
    }
}

/// An odd number of digits has a zero before it.
void Parser::hex_literal() {
    const std::string digits = (token_.text.size() % 2 == 0 ? "" : "0") + std::string{token_.text};
    std::vector<std::uint8_t> octets;
    for (std::size_t at = 0; at < digits.size(); at += 2)
        octets.push_back(static_cast<std::uint8_t>(hex_value(digits[at]) << 4 | hex_value(digits[at + 1])));
    emit_.literal(octets);
    advance();
}

void Parser::address_literal() {
    if (const auto v4 = parse_ipv4(token_.text)) {
        std::array<std::uint8_t, 4> octets;
        write_u32(octets.data(), v4->value);
        emit_.literal(octets);
    } else if (const auto v6 = parse_ipv6(token_.text)) {
        emit_.literal(v6->bytes);
    } else {
        return fail(token_.offset, quoted(token_.text.substr(0, 60)) + " is not an address");
    }
    advance();
}

// --- what a packet says

Type Parser::packet_field(const Word& word) {
    expect(".");
    const Token name = expect_kind(TokenKind::word, "one of " + names_of_group(word.name));
    if (failed()) return Type::octets;
    const auto* const found = std::ranges::find_if(field_names, [&](const FieldName& field) {
        return field.group == word.name && field.name == name.text;
    });
    if (found == field_names.end())
        fail(name.offset, "\"" + std::string{word.name} + "." + std::string{name.text} +
                              "\" does not exist: there is " + names_of_group(word.name));
    else
        emit_.op({.code = OpCode::field, .detail = static_cast<std::uint8_t>(found->field)});
    return Type::octets;
}

/// [12] or [host-name]; the definition is for .text.
std::pair<std::uint16_t, const OptionDef*> Parser::option_name() {
    if (token_.is("["))
        token_ = lexer_.next_option();
    else
        fail_here("\"[\"");
    if (token_.kind != TokenKind::word) {
        const auto code = option_code();
        return {code, names_.option_coded ? names_.option_coded(code) : nullptr};
    }
    const Token name = token_;
    const auto find = [&](std::string_view text) {
        return names_.option_named ? names_.option_named(text) : nullptr;
    };
    const OptionDef* const def = find(name.text);
    if (def == nullptr) {
        fail(name.offset, "there is no option " + quoted(name.text.substr(0, 60)) +
                              suggestion(name.text, [&](auto text) { return find(text) != nullptr; }));
        return {};
    }
    advance();
    expect("]");
    return {def->code, def};
}

/// What is left of "[12]" behind the bracket. 0 and 255 are no options in v4 (PAD and END).
std::uint16_t Parser::option_code() {
    const bool is_v4 = names_.family == Family::v4;
    const auto code = integer(is_v4 ? 1 : 0, is_v4 ? 254 : 65535, "an option code");
    expect("]");
    return static_cast<std::uint16_t>(code);
}

Type Parser::option_path(const Word&) {
    const auto [code, def] = option_name();
    emit_.op(
        {.code = OpCode::option, .detail = static_cast<std::uint8_t>(OptionOrigin::packet), .option = code});
    return path_end(def);
}

Type Parser::relay4(const Word&) {
    expect("[");
    emit_.op({.code = OpCode::option,
              .detail = static_cast<std::uint8_t>(OptionOrigin::relay4),
              .option = option_code()});
    return path_end(nullptr);
}

/// Level 0 is the relay nearest to the server, -1 the one nearest to the client.
Type Parser::relay6(const Word&) {
    expect("[");
    const auto level = integer(-32, 31, "a relay's level");
    expect("]");
    expect(".");
    if (accept("option")) {
        expect("[");
        emit_.op({.code = OpCode::option,
                  .detail = static_cast<std::uint8_t>(OptionOrigin::relay6),
                  .option = option_code(),
                  .first = level});
        return path_end(nullptr);
    }
    const bool is_peer = token_.is("peeraddr");
    if (!is_peer && !token_.is("linkaddr"))
        fail_here("\"option\", \"peeraddr\" or \"linkaddr\"");
    else
        advance();
    emit_.op({.code = OpCode::relay6_address, .detail = is_peer, .first = level});
    return Type::octets;
}

/// Further ".option[n]", then what is wanted of the option. `exists` needs no operation: the value of an
/// option says whether it is there; nor does `hex`: an absent option's value is empty.
Type Parser::path_end(const OptionDef* def) {
    expect(".");
    while (accept("option")) {
        expect("[");
        emit_.op({.code = OpCode::sub_option, .option = option_code()});
        def = nullptr;
        expect(".");
    }
    if (accept("exists")) return Type::truth;
    if (accept("hex")) return Type::octets;
    if (!accept("text"))
        fail_here("\"hex\", \"text\", \"exists\" or \"option\"");
    else if (def != nullptr)
        emit_.option_text(*def);
    else
        emit_.op({.code = OpCode::raw_text});
    return Type::octets;
}

/// [4491], or 0 for [*] and [0]: any.
std::int64_t Parser::enterprise() {
    if (!expect("[")) return 0;
    const auto number = accept("*") ? 0
                                    : integer(0, std::numeric_limits<std::uint32_t>::max(),
                                              "an enterprise number (or \"*\")");
    expect("]");
    return number;
}

Type Parser::vendor(const Word&) {
    if (accept(".")) {
        expect("enterprise");
        emit_.op({.code = OpCode::vendor_enterprise});
        return Type::octets;
    }
    const auto number = enterprise();
    expect(".");
    if (accept("exists")) {
        emit_.op({.code = OpCode::vendor_exists, .first = number});
        return Type::truth;
    }
    if (!accept("option")) fail_here("\"exists\" or \"option\"");
    expect("[");
    emit_.op({.code = OpCode::option,
              .detail = static_cast<std::uint8_t>(OptionOrigin::vendor),
              .option = option_code(),
              .first = number});
    return path_end(nullptr);
}

Type Parser::vendor_class(const Word&) {
    if (accept(".")) {
        expect("enterprise");
        emit_.op({.code = OpCode::vendor_class_enterprise});
        return Type::octets;
    }
    const auto number = enterprise();
    expect(".");
    if (!accept("exists")) return vendor_class_data(number);
    emit_.op({.code = OpCode::vendor_class_exists, .first = number});
    return Type::truth;
}

Type Parser::vendor_class_data(std::int64_t number) {
    if (!accept("data")) fail_here("\"exists\" or \"data\"");
    std::int64_t index = 0;
    if (accept("[")) {
        index = integer(0, std::numeric_limits<std::uint16_t>::max(), "the place of the data, from 0,");
        expect("]");
    }
    emit_.op(
        {.code = OpCode::vendor_class_data, .place = static_cast<std::uint32_t>(index), .first = number});
    return Type::octets;
}

// --- functions

Type Parser::member(const Word&) {
    expect("(");
    const Token name = expect_kind(TokenKind::text, "a class in single quotes");
    if (failed()) return Type::truth;
    const auto find = [&](std::string_view text) {
        return names_.class_named ? names_.class_named(text) : std::nullopt;
    };
    if (const auto id = find(name.text))
        emit_.member(*id);
    else
        fail(name.offset, "there is no class " + quoted(name.text.substr(0, 128)) +
                              " before this one: a test can refer to classes that stand before it" +
                              suggestion(name.text, [&](auto text) { return find(text).has_value(); }));
    expect(")");
    return Type::truth;
}

/// known is member('KNOWN'), unknown is not member('KNOWN'): true also before hosts were looked for.
Type Parser::known(const Word& word) {
    emit_.member(class_id::known);
    if (word.code == OpCode::negate) emit_.op({.code = OpCode::negate});
    return Type::truth;
}

Type Parser::match(const Word&) {
    expect("(");
    const Token pattern = expect_kind(TokenKind::text, "a regular expression in single quotes");
    expect(",");
    octets_argument();
    expect(")");
    if (failed()) return Type::truth;
    if (auto regex = Regex::compile(pattern.text))
        emit_.match(std::move(*regex));
    else
        fail(pattern.offset, "this regular expression cannot be used: " + regex.error());
    return Type::truth;
}

Type Parser::substring(const Word&) {
    constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max();
    expect("(");
    octets_argument();
    expect(",");
    const auto start = integer(-limit, limit, "where the substring starts");
    expect(",");
    const auto length = accept("all") ? to_the_end : integer(-limit, limit, "a length (or \"all\")");
    expect(")");
    emit_.op({.code = OpCode::substring, .first = start, .second = length});
    return Type::octets;
}

Type Parser::split(const Word&) {
    constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max();
    expect("(");
    octets_argument();
    expect(",");
    octets_argument();
    expect(",");
    const auto field = integer(-limit, limit, "the number of a field, from 1,");
    expect(")");
    emit_.op({.code = OpCode::split, .first = field});
    return Type::octets;
}

Type Parser::two_texts(const Word& word) {
    expect("(");
    octets_argument();
    expect(",");
    octets_argument();
    expect(")");
    emit_.op({.code = word.code});
    return Type::octets;
}

Type Parser::one_text(const Word& word) {
    expect("(");
    octets_argument();
    expect(")");
    emit_.op({.code = word.code, .detail = word.is_signed, .size = word.size});
    return Type::octets;
}

/// ifelse evaluates what it chooses only; the older form sifelse all of its arguments.
Type Parser::if_else(const Word& word) {
    const bool is_lazy = word.code != OpCode::select;
    expect("(");
    truth_argument();
    const std::size_t to_other = is_lazy ? emit_.jump(OpCode::jump_if_false) : 0;
    expect(",");
    octets_argument();
    const std::size_t to_end = is_lazy ? emit_.jump(OpCode::jump) : 0;
    if (is_lazy) {
        emit_.other_branch();
        emit_.land(to_other);
    }
    expect(",");
    octets_argument();
    expect(")");
    if (is_lazy)
        emit_.land(to_end);
    else
        emit_.op({.code = OpCode::select});
    return Type::octets;
}

}  // namespace leasehold::expression
