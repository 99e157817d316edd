// The file's header and records (as pcap-savefile(5) has them), the link header, and IPv6; IPv4 is dhcp/ip_datagram's.
#include "rehearsal/pcap_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>

#include "dhcp/ip_datagram.hpp"
#include "dhcp/v6/options.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::rehearsal {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint32_t magic_micro = 0xa1b2c3d4, magic_nano = 0xa1b23c4d, magic_pcapng = 0x0a0d0d0a;
constexpr std::size_t file_header_size = 24, record_header_size = 16;
constexpr std::uint16_t ether_ipv4 = 0x0800, ether_ipv6 = 0x86dd;

enum class LinkType : std::uint32_t {
    ethernet = 1,
    raw_bsd = 12,
    raw_openbsd = 14,
    raw = 101,
    linux_cooked = 113,
    ipv4 = 228,
    ipv6 = 229,
    linux_cooked2 = 276,
};

std::string at_packet(const std::string& name, std::size_t number, std::string_view what) {
    return name + ": packet " + std::to_string(number) + ": " + std::string{what};
}

/// What lies behind the link header; empty: not IP, or cut short.
struct Network {
    std::uint16_t type = 0;  // as in Ethernet; 0: raw IP, which says itself
    Bytes octets;
};

Network behind_ethernet(Bytes frame) {
    constexpr std::size_t type_at = 12, tag_size = 4;
    constexpr int tags_max = 3;
    std::size_t at = type_at;
    for (int tags = 0; tags <= tags_max && frame.size() >= at + 2; ++tags) {
        const auto type = read_u16(&frame[at]);
        const bool is_tag = type == 0x8100 || type == 0x88a8 || type == 0x9100;
        if (!is_tag) return {type, frame.subspan(at + 2)};
        at += tag_size;
    }
    return {};
}

/// A link header of fixed size with the type somewhere in it.
Network behind(Bytes frame, std::size_t size, std::size_t type_at) {
    if (frame.size() < size) return {};
    return {read_u16(&frame[type_at]), frame.subspan(size)};
}

Network network_of(LinkType link, Bytes frame) {
    switch (link) {
        case LinkType::ethernet: return behind_ethernet(frame);
        case LinkType::linux_cooked: return behind(frame, 16, 14);
        case LinkType::linux_cooked2: return behind(frame, 20, 0);
        case LinkType::raw:
        case LinkType::raw_bsd:
        case LinkType::raw_openbsd:
        case LinkType::ipv4:
        case LinkType::ipv6: return {0, frame};
    }
    return {};
}

bool is_known(LinkType link) {
    using enum LinkType;
    static constexpr std::array known{ethernet, raw_bsd, raw_openbsd, raw, linux_cooked, ipv4, ipv6, linux_cooked2};
    return std::ranges::find(known, link) != known.end();
}

enum class Oddity : std::uint8_t { not_dhcp, fragment, cut_short, damaged };

bool is_dhcp_port(Family family, std::uint16_t port) {
    return family == Family::v4 ? port == 67 || port == 68 : port == 546 || port == 547;
}

bool is_dhcp(const CapturedDatagram& datagram) {
    return is_dhcp_port(datagram.family, datagram.source_port) ||
           is_dhcp_port(datagram.family, datagram.destination_port);
}

/// The ports of what looks like UDP, so that damage elsewhere in the packet is told of DHCP's packets alone.
bool has_dhcp_ports(Bytes ip) {
    constexpr std::size_t header_min = 20;
    if (ip.size() < header_min || ip[9] != 17) return false;
    const std::size_t header = std::size_t{ip[0] & 0x0fu} * 4;
    return ip.size() >= header + 4 && (is_dhcp_port(Family::v4, read_u16(&ip[header])) ||
                                       is_dhcp_port(Family::v4, read_u16(&ip[header + 2])));
}

Result<CapturedDatagram, Oddity> read_ipv4(Bytes ip) {
    const auto datagram = parse_ip_datagram(ip, UdpChecksum::unfinished);  // hardware may have to complete it
    if (!datagram) {
        switch (datagram.error()) {
            case DatagramErrc::not_udp: return std::unexpected(Oddity::not_dhcp);
            case DatagramErrc::fragment: return std::unexpected(Oddity::fragment);
            case DatagramErrc::truncated:
                return std::unexpected(has_dhcp_ports(ip) ? Oddity::cut_short : Oddity::not_dhcp);
            case DatagramErrc::bad_length:
            case DatagramErrc::bad_ip_checksum:
            case DatagramErrc::bad_udp_checksum:
                return std::unexpected(has_dhcp_ports(ip) ? Oddity::damaged : Oddity::not_dhcp);
        }
    }
    CapturedDatagram taken;
    taken.family = Family::v4;
    taken.source = to_ipv6(datagram->source);
    taken.destination = to_ipv6(datagram->destination);
    taken.source_port = datagram->source_port;
    taken.destination_port = datagram->destination_port;
    if (!is_dhcp(taken)) return std::unexpected(Oddity::not_dhcp);
    taken.payload.assign(datagram->payload.begin(), datagram->payload.end());
    return taken;
}

/// RFC 8200 4: the headers before UDP are stepped over.
Result<CapturedDatagram, Oddity> read_ipv6(Bytes ip) {
    constexpr std::size_t header_size = 40, udp_header_size = 8;
    constexpr std::uint8_t hop_by_hop = 0, udp = 17, routing = 43, fragment = 44, destination_options = 60;
    if (ip.size() < header_size) return std::unexpected(Oddity::not_dhcp);
    CapturedDatagram taken;
    taken.family = Family::v6;
    taken.source = v6::read_ipv6(&ip[8]);
    taken.destination = v6::read_ipv6(&ip[24]);
    auto next = ip[6];
    const std::size_t size = read_u16(&ip[4]);
    const bool is_cut = ip.size() < header_size + size;
    auto rest = ip.subspan(header_size);
    if (!is_cut) rest = rest.first(size);
    while (next == hop_by_hop || next == routing || next == destination_options) {
        if (rest.size() < 8) return std::unexpected(Oddity::not_dhcp);
        const std::size_t length = 8 + std::size_t{rest[1]} * 8;
        if (rest.size() < length) return std::unexpected(Oddity::not_dhcp);
        next = rest[0];
        rest = rest.subspan(length);
    }
    if (next == fragment) return std::unexpected(Oddity::fragment);
    if (next != udp || rest.size() < udp_header_size) return std::unexpected(Oddity::not_dhcp);
    taken.source_port = read_u16(&rest[0]);
    taken.destination_port = read_u16(&rest[2]);
    if (!is_dhcp(taken)) return std::unexpected(Oddity::not_dhcp);
    const std::size_t udp_length = read_u16(&rest[4]);
    if (udp_length < udp_header_size) return std::unexpected(Oddity::damaged);
    if (udp_length > rest.size()) return std::unexpected(is_cut ? Oddity::cut_short : Oddity::damaged);
    rest = rest.subspan(udp_header_size, udp_length - udp_header_size);
    taken.payload.assign(rest.begin(), rest.end());
    return taken;
}

Result<CapturedDatagram, Oddity> read_frame(LinkType link, Bytes frame) {
    const auto network = network_of(link, frame);
    if (network.octets.empty()) return std::unexpected(Oddity::not_dhcp);
    const int version = network.octets[0] >> 4;
    if (version == 4 && (network.type == 0 || network.type == ether_ipv4)) return read_ipv4(network.octets);
    if (version == 6 && (network.type == 0 || network.type == ether_ipv6)) return read_ipv6(network.octets);
    return std::unexpected(Oddity::not_dhcp);
}

class PcapReader {
public:
    PcapReader(std::istream& input, const std::string& name) : input_{input}, name_{name} {}

    Result<CaptureFile, std::string> read() {
        if (auto why = read_header()) return std::unexpected(std::move(*why));
        for (;;) {
            auto more = read_record();
            if (!more) return std::unexpected(more.error());
            if (!*more) return std::move(file_);
        }
    }

private:
    /// @return how many octets there were
    std::size_t take(std::span<std::uint8_t> to) {
        input_.read(reinterpret_cast<char*>(to.data()), static_cast<std::streamsize>(to.size()));
        return static_cast<std::size_t>(input_.gcount());
    }

    std::uint32_t number_at(const std::uint8_t* at) const {
        const auto value = read_u32(at);
        return swapped_ ? __builtin_bswap32(value) : value;
    }

    std::optional<std::string> read_header() {
        std::array<std::uint8_t, file_header_size> header;
        const auto size = take(header);
        const auto magic = size >= 4 ? read_u32(header.data()) : 0;
        if (magic == magic_pcapng)
            return name_ + ": this is a pcapng file, and only pcap is read; convert it: tcpdump -r " + name_ +
                   " -w new.pcap, or editcap -F pcap " + name_ + " new.pcap";
        swapped_ = magic == __builtin_bswap32(magic_micro) || magic == __builtin_bswap32(magic_nano);
        const auto plain = swapped_ ? __builtin_bswap32(magic) : magic;
        if (plain != magic_micro && plain != magic_nano)
            return name_ + ": not a capture file: it does not begin as pcap does. Captures are made with tcpdump -w";
        nanoseconds_ = plain == magic_nano;
        if (size < header.size()) return name_ + ": the file ends within its header of 24 octets";
        const auto link = number_at(&header[20]) & 0xffff;  // the upper bits tell of checksums behind frames
        link_ = LinkType{link};
        if (!is_known(link_))
            return name_ + ": frames of link type " + std::to_string(link) +
                   " are not read; Ethernet, Linux cooked (tcpdump -i any) and raw IP are";
        return std::nullopt;
    }

    /// @return false: that was the last one
    Result<bool, std::string> read_record() {
        std::array<std::uint8_t, record_header_size> header;
        const auto size = take(header);
        if (input_.bad()) return std::unexpected(name_ + ": reading it failed");
        if (size == 0) return false;
        const auto number = ++file_.packets;
        const auto refuse = [&](std::string_view what) { return std::unexpected(at_packet(name_, number, what)); };
        if (size < header.size()) return refuse("the file ends within this packet's header; it was cut short");
        const auto captured = number_at(&header[8]), original = number_at(&header[12]);
        if (captured > captured_packet_max)
            return refuse("a length of " + std::to_string(captured) + " octets, which no packet has: the file is damaged");
        frame_.resize(captured);
        if (take(frame_) < captured) return refuse("the file ends within this packet; it was cut short");
        auto datagram = read_frame(link_, frame_);
        if (datagram) return keep(std::move(*datagram), number, header);
        switch (datagram.error()) {
            case Oddity::not_dhcp: break;
            case Oddity::fragment: ++file_.fragments; break;
            case Oddity::damaged: ++file_.damaged; break;
            case Oddity::cut_short:
                if (captured < original)
                    return refuse("only " + std::to_string(captured) + " of its " + std::to_string(original) +
                                  " octets were captured; capture whole packets (tcpdump -s 0)");
                ++file_.damaged;
                break;
        }
        return true;
    }

    Result<bool, std::string> keep(CapturedDatagram datagram, std::size_t number,
                                   const std::array<std::uint8_t, record_header_size>& header) {
        using namespace std::chrono;
        if (file_.datagrams.size() >= captured_datagrams_max)
            return std::unexpected(at_packet(name_, number,
                                             "a rehearsal takes a million DHCP packets at most; split the file "
                                             "(editcap -c 1000000, or tcpdump -C)"));
        const nanoseconds fraction{std::int64_t{number_at(&header[4])} * (nanoseconds_ ? 1 : 1000)};
        datagram.number = number;
        datagram.at = system_clock::time_point{seconds{number_at(&header[0])} + fraction};
        file_.datagrams.push_back(std::move(datagram));
        return true;
    }

    std::istream& input_;
    const std::string& name_;
    bool swapped_ = false, nanoseconds_ = false;
    LinkType link_ = LinkType::ethernet;
    std::vector<std::uint8_t> frame_;
    CaptureFile file_;
};

}  // namespace

Result<CaptureFile, std::string> read_pcap(std::istream& input, const std::string& name) {
    return PcapReader{input, name}.read();
}

Result<CaptureFile, std::string> read_pcap_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) return std::unexpected(path + ": cannot be opened: " + std::strerror(errno));
    return read_pcap(file, path);
}

}  // namespace leasehold::rehearsal
