#include "control/server_duid.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

#include "control/configuration.hpp"
#include "dhcp/interfaces.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

constexpr std::uint32_t usual_enterprise = 2495;  // what Kea takes where none is configured
constexpr std::size_t random_identifier_size = 6;
constexpr std::size_t type_size = 2, enterprise_size = 4, uuid_size = 16, time_place = 4;
constexpr std::size_t mac_size_min = 6;

/// Of an interface that is in use, as Kea chooses it: up, with a carrier, not loopback, in the kernel's order.
std::optional<v6::HardwareAddress> hardware_of_interface() {
    boost::asio::io_context loop;
    const InterfaceMonitor now{loop, [] {}};
    for (const auto& [index, interface] : now.interfaces()) {
        const bool is_set = std::ranges::any_of(interface.mac, [](std::uint8_t octet) { return octet != 0; });
        if (interface.up && interface.running && !interface.loopback && is_set &&
            interface.mac.size() >= mac_size_min && interface.mac.size() <= hwaddr_size_max)
            return v6::HardwareAddress{interface.hardware_type, interface.mac};
    }
    return std::nullopt;
}

Octets random_octets(std::size_t size) {
    std::random_device random;
    std::uniform_int_distribution<unsigned> octet{0, 255};
    Octets octets;
    while (octets.size() < size) octets.push_back(static_cast<std::uint8_t>(octet(random)));
    return octets;
}

/// Of the configuration, of the DUID so far, or of an interface.
Result<v6::HardwareAddress, std::string> hardware_for(const ServerDuidConfig& config,
                                                      const std::optional<v6::HardwareAddress>& present,
                                                      const DuidSources& sources) {
    if (!config.identifier.empty()) {
        const std::uint16_t usual = present ? present->type : v6::hwtype_ethernet;
        return v6::HardwareAddress{config.htype != 0 ? config.htype : usual, config.identifier};
    }
    auto chosen = present ? present : sources.hardware;
    if (!chosen)
        return std::unexpected(
            "no network interface that is up has a hardware address to make this server's DUID from; give "
            "server-id an \"identifier\", or the type \"EN\"");
    if (config.htype != 0) chosen->type = config.htype;
    return *chosen;
}

Result<Octets, std::string> make_uuid(const ServerDuidConfig& config, OctetView present,
                                      const DuidSources& sources) {
    if (!config.identifier.empty() && config.identifier.size() != uuid_size)
        return std::unexpected("server-id: the identifier of a UUID has 16 octets, not " +
                               std::to_string(config.identifier.size()));
    std::array<std::uint8_t, uuid_size> uuid{};
    if (!config.identifier.empty()) {
        std::ranges::copy(config.identifier, uuid.begin());
    } else if (present.size() == type_size + uuid_size) {
        std::ranges::copy(present.subspan(type_size), uuid.begin());
    } else {
        std::ranges::copy(sources.random(uuid_size), uuid.begin());
        uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0f) | 0x40);  // RFC 9562 5.4: random
        uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3f) | 0x80);
    }
    return v6::make_duid_uuid(uuid);
}

Octets make_en(const ServerDuidConfig& config, OctetView present, const DuidSources& sources) {
    const bool reusable = present.size() > type_size + enterprise_size;
    const std::uint32_t usual = reusable ? read_u32(present.data() + type_size) : usual_enterprise;
    const std::uint32_t enterprise = config.enterprise != 0 ? config.enterprise : usual;
    if (!config.identifier.empty()) return v6::make_duid_en(enterprise, view(config.identifier));
    if (reusable) return v6::make_duid_en(enterprise, present.subspan(type_size + enterprise_size));
    return v6::make_duid_en(enterprise, view(sources.random(random_identifier_size)));
}

}  // namespace

Result<Octets, std::string> make_server_duid(const ServerDuidConfig& config, const DuidSources& sources) {
    const bool same_type = v6::duid_type(view(sources.present)) == config.type;
    const OctetView present = same_type ? view(sources.present) : OctetView{};
    const auto present_hardware = v6::hardware_address_of(present);
    switch (config.type) {
        case v6::DuidType::en: return make_en(config, present, sources);
        case v6::DuidType::uuid: return make_uuid(config, present, sources);
        case v6::DuidType::ll:
        case v6::DuidType::llt: break;
    }
    const auto hardware = hardware_for(config, present_hardware, sources);
    if (!hardware) return std::unexpected(hardware.error());
    if (config.type == v6::DuidType::ll) return v6::make_duid_ll(*hardware);
    const std::uint32_t usual =
        present_hardware ? read_u32(present.data() + time_place) : v6::duid_time(sources.now);
    return v6::make_duid_llt(*hardware, config.time != 0 ? config.time : usual);
}

/// Empty: there is none. Kea writes no line end, and reads over blanks.
Result<Octets, std::string> ServerDuid::read() const {
    std::ifstream file{path_};
    if (!file) {
        if (errno == ENOENT) return Octets{};
        return std::unexpected("the file " + path_ + " with this server's DUID cannot be read: " +
                               std::generic_category().message(errno) + "; give this user the right to");
    }
    constexpr std::streamsize size_max = 1024;
    std::string text(size_max, '\0');
    file.read(text.data(), size_max);
    text.resize(static_cast<std::size_t>(file.gcount()));
    std::erase_if(text, [](unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
    if (text.empty()) return Octets{};
    auto octets = parse_hex(text);
    if (!octets || !v6::duid_type(view(*octets)))
        return std::unexpected(
            path_ + " does not hold this server's DUID; restore it, or remove it, and a new one is made");
    return *octets;
}

Result<Octets, std::string> ServerDuid::make(const ServerDuidConfig& config) const {
    DuidSources sources{.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
                        .random = random_octets};
    if (config.persist) {
        auto stored = read();
        if (!stored) return stored;
        sources.present = std::move(*stored);
    }
    if (sources.present.empty()) {
        const std::scoped_lock lock{mutex_};
        sources.present = in_use_;
    }
    try {
        sources.hardware = hardware_of_interface();
    } catch (const std::system_error&) {
        // No netlink: whoever needs an interface for it is told that there is none.
    }
    return make_server_duid(config, sources);
}

Result<void, std::string> ServerDuid::keep(const ServerDuidConfig& config, const Octets& duid) {
    {
        const std::scoped_lock lock{mutex_};
        in_use_ = duid;
    }
    if (!config.persist) return {};
    if (const auto stored = read(); stored && same_octets(view(*stored), view(duid))) return {};
    std::error_code ignored;  // a directory that cannot be made shows in the writing
    std::filesystem::create_directories(std::filesystem::path{path_}.parent_path(), ignored);
    if (auto written = replace_file(path_, to_hex(view(duid)) + "\n"); !written)
        return std::unexpected("this server's DUID cannot be kept: " + written.error() +
                               "; make the directory writable, or set server-id with \"persist\": false and "
                               "all parts of it");
    return {};
}

}  // namespace leasehold
