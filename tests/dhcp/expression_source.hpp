// A packet for tests of expressions that is made of plain maps, so that both families are the same work.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dhcp/expression.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

inline ExpressionBytes octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string text_of(ExpressionBytes octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

struct FakeSource final : ExpressionSource {
    std::map<PacketField, std::string> fields;
    std::map<std::uint16_t, std::string> options, relay4;
    std::map<std::pair<std::int64_t, std::uint16_t>, std::string> relay6, vendor;
    std::map<std::pair<std::int64_t, bool>, std::string> relay6_addresses;
    std::optional<std::uint32_t> enterprise, class_enterprise;
    std::vector<std::string> class_data;

    template <class Map, class Key>
    static std::optional<ExpressionBytes> find(const Map& map, const Key& key) {
        const auto found = map.find(key);
        return found == map.end() ? std::nullopt : std::optional{octets_of(found->second)};
    }
    ExpressionBytes field(PacketField field, std::span<std::uint8_t> scratch) const override {
        const auto value = find(fields, field).value_or(ExpressionBytes{});
        if (value.size() != 4) return value;
        std::ranges::copy(value, scratch.begin());  // as a source does for what is no octets in the packet
        return scratch.first(4);
    }
    std::optional<ExpressionBytes> option(OptionOrigin origin, std::optional<std::int64_t> which,
                                          std::uint16_t code) const override {
        switch (origin) {
            case OptionOrigin::packet: return find(options, code);
            case OptionOrigin::relay4: return find(relay4, code);
            case OptionOrigin::relay6: return find(relay6, std::pair{which.value(), code});
            case OptionOrigin::vendor:
                if (!enterprise) return std::nullopt;
                return find(vendor, std::pair{which.value_or(*enterprise), code});
        }
        return std::nullopt;
    }
    std::optional<ExpressionBytes> sub_option(ExpressionBytes payload, std::uint16_t code) const override {
        for (Reader reader{payload}; reader.left() > 0;) {
            const auto found = reader.u8();
            const auto value = reader.take(reader.u8());
            if (reader.ok() && found == code) return value;
        }
        return std::nullopt;
    }
    std::optional<std::uint32_t> vendor_enterprise() const override { return enterprise; }
    std::optional<std::uint32_t> vendor_class_enterprise() const override { return class_enterprise; }
    std::optional<ExpressionBytes> vendor_class_data(std::optional<std::uint32_t> wanted,
                                                     std::size_t index) const override {
        if (wanted && wanted != class_enterprise) return std::nullopt;
        return index < class_data.size() ? std::optional{octets_of(class_data[index])} : std::nullopt;
    }
    ExpressionBytes relay6_address(std::int64_t level, bool peer) const override {
        return find(relay6_addresses, std::pair{level, peer}).value_or(ExpressionBytes{});
    }
};

/// The standard options of DHCPv4 (also where v6 is tested: only names matter) and the classes of `classes`.
inline ExpressionNames names_for_test(Family family, const ClassNames& classes) {
    return {.family = family,
            .option_named = [](std::string_view name) { return v4::find_option(name); },
            .option_coded = [](std::uint16_t code) -> const OptionDef* {
                return code > 255 ? nullptr : v4::find_option(static_cast<std::uint8_t>(code));
            },
            .class_named = [&classes](std::string_view name) { return classes.find(name); }};
}

}  // namespace leasehold
