// A test is run once more here, on a packet that notes what it is asked: the evaluation that decided is over by then.
#include "rehearsal/observation.hpp"

#include <algorithm>

#include "dhcp/binding.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::rehearsal {
namespace {

constexpr std::size_t shown_octets_max = 64;

struct FieldWords {
    PacketField field;
    std::string_view v4, v6;
    enum class Form : std::uint8_t { octets, number, text } form;
};
using enum FieldWords::Form;
constexpr FieldWords field_words[]{
    {PacketField::interface, "pkt.iface", "pkt.iface", text},
    {PacketField::source, "pkt.src", "pkt.src", octets},
    {PacketField::destination, "pkt.dst", "pkt.dst", octets},
    {PacketField::length, "pkt.len", "pkt.len", number},
    {PacketField::mac, "pkt4.mac", "pkt.mac", octets},
    {PacketField::hlen, "pkt4.hlen", "pkt4.hlen", number},
    {PacketField::htype, "pkt4.htype", "pkt4.htype", number},
    {PacketField::ciaddr, "pkt4.ciaddr", "pkt4.ciaddr", octets},
    {PacketField::giaddr, "pkt4.giaddr", "pkt4.giaddr", octets},
    {PacketField::yiaddr, "pkt4.yiaddr", "pkt4.yiaddr", octets},
    {PacketField::siaddr, "pkt4.siaddr", "pkt4.siaddr", octets},
    {PacketField::message_type, "pkt4.msgtype", "pkt6.msgtype", number},
    {PacketField::transaction_id, "pkt4.transid", "pkt6.transid", number},
};

const FieldWords& words_of(PacketField field) {
    return *std::ranges::find(field_words, field, &FieldWords::field);
}

bool is_address(PacketField field) {
    return field != PacketField::mac;
}

std::string value_text(PacketField field, FieldWords::Form form, ExpressionBytes value) {
    if (value.empty()) return "absent";
    if (form == text) return "'" + std::string{as_text(value)} + "'";
    if (form == number && value.size() == 4) return std::to_string(read_u32(value.data()));
    if (is_address(field) && value.size() == 4) return to_string(Ipv4{read_u32(value.data())});
    if (is_address(field) && value.size() == 16) {
        Ipv6 address;
        std::ranges::copy(value, address.bytes.begin());
        return to_string(address);
    }
    return to_hex(value);
}

std::string origin_text(OptionOrigin origin, std::optional<std::int64_t> which) {
    const auto number = which ? std::to_string(*which) : std::string{"*"};
    switch (origin) {
        case OptionOrigin::packet: return "option";
        case OptionOrigin::relay4: return "relay4";
        case OptionOrigin::relay6: return "relay6[" + number + "].option";
        case OptionOrigin::vendor: return "vendor[" + number + "].option";
    }
    return "option";
}

/// The packet, with a note of each question.
class Recording final : public ExpressionSource {
public:
    Recording(const ExpressionSource& packet, Family family, std::vector<Read>& reads)
        : packet_{packet}, family_{family}, reads_{reads} {}

    ExpressionBytes field(PacketField field, std::span<std::uint8_t> scratch) const override {
        const auto value = packet_.field(field, scratch);
        const auto& words = words_of(field);
        return note(family_ == Family::v4 ? words.v4 : words.v6, value_text(field, words.form, value), value);
    }
    std::optional<ExpressionBytes> option(OptionOrigin origin, std::optional<std::int64_t> which,
                                          std::uint16_t code) const override {
        const auto value = packet_.option(origin, which, code);
        const auto name = origin_text(origin, which) + "[" + std::to_string(code) + "]";
        return note(name, octets_or_absent(value), value);
    }
    std::optional<ExpressionBytes> sub_option(ExpressionBytes payload, std::uint16_t code) const override {
        const auto value = packet_.sub_option(payload, code);
        return note("sub-option[" + std::to_string(code) + "]", octets_or_absent(value), value);
    }
    std::optional<std::uint32_t> vendor_enterprise() const override {
        const auto value = packet_.vendor_enterprise();
        return note("vendor.enterprise", number_or_absent(value), value);
    }
    std::optional<std::uint32_t> vendor_class_enterprise() const override {
        const auto value = packet_.vendor_class_enterprise();
        return note("vendor-class.enterprise", number_or_absent(value), value);
    }
    std::optional<ExpressionBytes> vendor_class_data(std::optional<std::uint32_t> enterprise,
                                                     std::size_t index) const override {
        const auto value = packet_.vendor_class_data(enterprise, index);
        const auto whose = enterprise ? std::to_string(*enterprise) : std::string{"*"};
        return note("vendor-class[" + whose + "].data[" + std::to_string(index) + "]", octets_or_absent(value), value);
    }
    ExpressionBytes relay6_address(std::int64_t level, bool peer) const override {
        const auto value = packet_.relay6_address(level, peer);
        const auto name = "relay6[" + std::to_string(level) + "]." + (peer ? "peeraddr" : "linkaddr");
        return note(name, value_text(PacketField::source, octets, value), value);
    }

private:
    static std::string octets_or_absent(const std::optional<ExpressionBytes>& value) {
        return value ? octets_text(*value) : "absent";
    }
    static std::string number_or_absent(const std::optional<std::uint32_t>& value) {
        return value ? std::to_string(*value) : "absent";
    }
    template <class Value>
    Value note(std::string_view what, std::string shown, Value value) const {
        Read read{std::string{what}, std::move(shown)};
        if (std::ranges::find(reads_, read) == reads_.end()) reads_.push_back(std::move(read));
        return value;
    }

    const ExpressionSource& packet_;
    Family family_;
    std::vector<Read>& reads_;
};

void note_members(const Expression& expression, const ServerConfig& config, const ClassSet& before,
                  std::vector<Read>& reads) {
    for (const ClassId id : expression.referred_classes())
        reads.push_back({"member('" + std::string{config.class_names.name(id)} + "')",
                         before.has(id) ? "true" : "false"});
}

}  // namespace

std::string octets_text(std::span<const std::uint8_t> octets) {
    if (octets.empty()) return "''";
    const bool is_cut = octets.size() > shown_octets_max;
    const auto shown = octets.first(std::min(octets.size(), shown_octets_max));
    const bool printable = std::ranges::all_of(shown, [](std::uint8_t octet) { return octet >= 0x20 && octet < 0x7f; });
    auto text = printable ? "'" + std::string{as_text(shown)} + "'" : "0x" + to_hex(shown, "");
    if (is_cut) text += " ... (" + std::to_string(octets.size()) + " octets)";
    return text;
}

void Observation::on_test(const ClientClassConfig& of, const ExpressionSource& packet, const ClassSet& before,
                          const ClassSet& after, std::string_view error) {
    auto& test = tests_.emplace_back(Test{.of = &of, .holds = after.has(of.id), .value = {}, .error = std::string{error}, .reads = {}});
    const Recording recording{packet, config_.family, test.reads};
    if (of.template_test) {
        Expression::Output value;
        if (of.template_test->evaluate(recording, before, value)) test.value = octets_text({value.data(), value.size()});
        note_members(*of.template_test, config_, before, test.reads);
    } else {
        test.holds = error.empty() && of.test->matches(recording, before).value_or(false);
        note_members(*of.test, config_, before, test.reads);
    }
}

void Observation::on_subnet(const SubnetClue& clue, const ClassSet& classes, const SubnetConfig* found) {
    SubnetSearch search{.by = std::string{clue.by}, .what = {}, .address = {}, .classes = classes, .found = found};
    if (!clue.name.empty()) {
        const bool is_name = std::ranges::all_of(clue.name, [](char c) { return c > 0x20 && c < 0x7f; });
        search.what = is_name ? std::string{clue.name} : octets_text(as_octets(clue.name));
    } else if (clue.address != Ipv6{}) {
        search.what = to_string(clue.address);
        search.address = clue.address;
    }
    searches_.push_back(std::move(search));
}

void Observation::on_settled(const DecisionContext& context) {
    settled_.push_back({context.kind, context.iaid, context.chosen, context.pool, context.host, context.classes});
}

}  // namespace leasehold::rehearsal
