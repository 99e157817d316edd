// DUIDs and the hardware addresses in them. See duid.hpp.
#include "dhcp/v6/duid.hpp"

#include <algorithm>
#include <cassert>

#include "dhcp/wire.hpp"

namespace leasehold::v6 {
namespace {

struct DuidTypeName {
    DuidType type;
    std::string_view name;
};
constexpr std::array duid_type_names{
    DuidTypeName{DuidType::llt, "LLT"},
    DuidTypeName{DuidType::en, "EN"},
    DuidTypeName{DuidType::ll, "LL"},
    DuidTypeName{DuidType::uuid, "UUID"},
};

/// Appends numbers and octets behind a DUID's type.
class DuidWriter {
public:
    explicit DuidWriter(DuidType type) { number(static_cast<std::uint16_t>(type), 2); }
    DuidWriter& number(std::uint32_t value, int size) {
        while (size-- > 0) octets_.push_back(static_cast<std::uint8_t>(value >> (8 * size)));
        return *this;
    }
    DuidWriter& octets(OctetView octets) {
        octets_.insert(octets_.end(), octets.begin(), octets.end());
        return *this;
    }
    Octets take() {
        assert(octets_.size() >= duid_size_min && octets_.size() <= duid_size_max);
        return std::move(octets_);
    }

private:
    Octets octets_;
};

}  // namespace

std::string_view to_string(DuidType type) {
    const auto found = std::ranges::find(duid_type_names, type, &DuidTypeName::type);
    return found == duid_type_names.end() ? "unknown" : found->name;
}

std::optional<DuidType> parse_duid_type(std::string_view name) {
    const auto found = std::ranges::find(duid_type_names, name, &DuidTypeName::name);
    return found == duid_type_names.end() ? std::nullopt : std::optional{found->type};
}

std::optional<DuidType> duid_type(OctetView duid) {
    if (duid.size() < duid_size_min || duid.size() > duid_size_max) return std::nullopt;
    return DuidType{read_u16(duid.data())};
}

std::optional<HardwareAddress> hardware_address_of(OctetView duid) {
    const auto type = duid_type(duid);
    if (type != DuidType::llt && type != DuidType::ll) return std::nullopt;
    Reader in{duid.subspan(2)};
    const std::uint16_t hardware_type = in.u16();
    if (type == DuidType::llt) in.u32();  // the time
    const auto octets = in.take(in.left());
    if (!in.ok() || octets.empty() || octets.size() > hwaddr_size_max) return std::nullopt;
    return HardwareAddress{hardware_type, to_octets(octets)};
}

std::optional<HardwareAddress> hardware_address_of(const Ipv6& link_local) {
    constexpr std::array<std::uint8_t, 8> link_local_prefix{0xfe, 0x80};
    const auto& octets = link_local.bytes;
    if (!std::equal(link_local_prefix.begin(), link_local_prefix.end(), octets.begin())) return std::nullopt;
    if (octets[11] != 0xff || octets[12] != 0xfe) return std::nullopt;
    constexpr std::uint8_t universal_bit = 0x02;  // inverted in the identifier
    return HardwareAddress{hwtype_ethernet,
                           {static_cast<std::uint8_t>(octets[8] ^ universal_bit), octets[9], octets[10],
                            octets[13], octets[14], octets[15]}};
}

std::uint32_t duid_time(std::chrono::sys_seconds time) {
    using namespace std::chrono;
    constexpr sys_seconds begin = sys_days{2000y / January / 1};
    return static_cast<std::uint32_t>((time - begin).count());
}

Octets make_duid_llt(const HardwareAddress& hardware, std::uint32_t time) {
    return DuidWriter{DuidType::llt}
        .number(hardware.type, 2)
        .number(time, 4)
        .octets(view(hardware.octets))
        .take();
}

Octets make_duid_ll(const HardwareAddress& hardware) {
    return DuidWriter{DuidType::ll}.number(hardware.type, 2).octets(view(hardware.octets)).take();
}

Octets make_duid_en(std::uint32_t enterprise, OctetView identifier) {
    return DuidWriter{DuidType::en}.number(enterprise, 4).octets(identifier).take();
}

Octets make_duid_uuid(const std::array<std::uint8_t, 16>& uuid) {
    return DuidWriter{DuidType::uuid}.octets(uuid).take();
}

std::string duid_text(OctetView duid) {
    const auto type = duid_type(duid);
    return std::string{type ? to_string(*type) : "unknown"} + ' ' + to_hex(duid);
}

}  // namespace leasehold::v6
