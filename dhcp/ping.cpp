// One raw ICMP socket for all probes; an answer is recognised by its sequence number, its sender and the
// secret of this process that every request carries.
#include "dhcp/ping.hpp"

#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <random>
#include <unordered_map>

#include "dhcp/log.hpp"
#include "dhcp/socket_setup.hpp"

namespace leasehold {

namespace {

struct EchoRequest {
    icmphdr header{};
    std::uint64_t secret = 0;
    std::uint64_t padding = 0;
};

constexpr int icmp_filter_option =
    1;  // ICMP_FILTER of linux/icmp.h, which does not go with netinet/ip_icmp.h

/// RFC 1071
std::uint16_t checksum(const EchoRequest& request) {
    std::array<std::uint16_t, sizeof request / 2> words;
    std::memcpy(words.data(), &request, sizeof request);
    std::uint32_t sum = 0;
    for (const auto word : words) sum += word;
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

Result<Descriptor, SocketError> open_socket() {
    Descriptor fd{::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP)};
    if (!fd) {
        return std::unexpected(last_socket_error(
            "a socket for ICMP", errno == EPERM ? "run as root or give the capability CAP_NET_RAW" : ""));
    }
    // Only answers: the kernel would hand over a copy of every ICMP message that arrives.
    const int others = ~(1 << ICMP_ECHOREPLY);
    if (auto done = set_option(fd.get(), SOL_RAW, icmp_filter_option, others, "ICMP_FILTER", ""); !done)
        return std::unexpected(done.error());
    return fd;
}

}  // namespace

struct Ping::Impl : std::enable_shared_from_this<Ping::Impl> {
    struct Probe {
        std::uint32_t interface_index;
        Ipv4 address;
        PingConfig how;
        std::uint32_t sent = 0;
        boost::asio::steady_timer timer;
        std::function<void(bool)> done;
    };

    explicit Impl(boost::asio::io_context& with) : loop{with} {
        std::random_device random;
        secret = std::uint64_t{random()} << 32 | random();
        identifier = static_cast<std::uint16_t>(random());
    }

    bool open();
    std::optional<std::uint16_t> free_sequence();
    void send(std::uint16_t sequence, Probe& probe);
    void wait(std::uint16_t sequence, Probe& probe);
    void receive();
    void take(std::span<const std::uint8_t> packet);
    void finish(std::uint16_t sequence, bool answered);

    boost::asio::io_context& loop;
    std::optional<boost::asio::posix::stream_descriptor> socket;
    std::unordered_map<std::uint16_t, Probe> probes;
    std::uint64_t secret = 0;
    std::uint16_t identifier = 0, next_sequence = 0;
    bool said_full = false;
    PingStatus status;
};

bool Ping::Impl::open() {
    if (socket) return true;
    if (!status.error.empty()) return false;
    auto opened = open_socket();
    if (!opened) {
        status.error = opened.error().detail;
        log(MessageId::DHCP4_PING_UNAVAILABLE, {{"reason", status.error}});
        return false;
    }
    socket.emplace(loop, opened->release());
    receive();
    return true;
}

std::optional<std::uint16_t> Ping::Impl::free_sequence() {
    if (probes.size() >= probes_max) return std::nullopt;
    while (probes.contains(next_sequence)) ++next_sequence;
    return next_sequence++;
}

void Ping::Impl::send(std::uint16_t sequence, Probe& probe) {
    EchoRequest request;
    request.header.type = ICMP_ECHO;
    request.header.un.echo.id = htons(identifier);
    request.header.un.echo.sequence = htons(sequence);
    request.secret = secret;
    request.header.checksum = checksum(request);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(probe.address.value);
    iovec part{&request, sizeof request};
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in_pktinfo))> control{};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = sizeof to;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (probe.interface_index != 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        auto* const beside = CMSG_FIRSTHDR(&message);
        beside->cmsg_level = IPPROTO_IP;
        beside->cmsg_type = IP_PKTINFO;
        beside->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
        in_pktinfo out{};
        out.ipi_ifindex = static_cast<int>(probe.interface_index);
        std::memcpy(CMSG_DATA(beside), &out, sizeof out);
    }
    // One that cannot be sent is one that nobody answers: no route, or nobody at that hardware address.
    static_cast<void>(::sendmsg(socket->native_handle(), &message, 0));
    ++probe.sent;
}

void Ping::Impl::wait(std::uint16_t sequence, Probe& probe) {
    probe.timer.expires_after(probe.how.reply_timeout);
    probe.timer.async_wait([self = weak_from_this(), sequence](boost::system::error_code error) {
        const auto impl = self.lock();
        if (error || !impl) return;
        const auto found = impl->probes.find(sequence);
        if (found == impl->probes.end()) return;
        if (found->second.sent >= found->second.how.requests) return impl->finish(sequence, false);
        impl->send(sequence, found->second);
        impl->wait(sequence, found->second);
    });
}

void Ping::Impl::receive() {
    socket->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [self = weak_from_this()](boost::system::error_code error) {
                           const auto impl = self.lock();
                           if (error || !impl) return;
                           std::array<std::uint8_t, 512> packet;
                           for (int taken = 0; taken < 64; ++taken) {
                               const auto size =
                                   ::recv(impl->socket->native_handle(), packet.data(), packet.size(), 0);
                               if (size <= 0) break;
                               impl->take(std::span{packet}.first(static_cast<std::size_t>(size)));
                           }
                           impl->receive();
                       });
}

/// @param packet  with its IPv4 header
void Ping::Impl::take(std::span<const std::uint8_t> packet) {
    if (packet.size() < sizeof(iphdr)) return;
    iphdr ip;
    std::memcpy(&ip, packet.data(), sizeof ip);
    const std::size_t header_size = ip.ihl * std::size_t{4};
    EchoRequest answer;
    if (packet.size() < header_size + sizeof answer) return;
    std::memcpy(&answer, packet.data() + header_size, sizeof answer);
    if (answer.header.type != ICMP_ECHOREPLY || answer.secret != secret ||
        ntohs(answer.header.un.echo.id) != identifier)
        return;
    const auto sequence = ntohs(answer.header.un.echo.sequence);
    const auto found = probes.find(sequence);
    if (found == probes.end() || found->second.address.value != ntohl(ip.saddr)) return;
    finish(sequence, true);
}

void Ping::Impl::finish(std::uint16_t sequence, bool answered) {
    const auto found = probes.find(sequence);
    auto done = std::move(found->second.done);
    probes.erase(found);
    if (answered) ++status.answered;
    done(answered);
}

Ping::Ping(boost::asio::io_context& loop) : impl_{std::make_shared<Impl>(loop)} {}
Ping::~Ping() = default;

bool Ping::look(std::uint32_t interface_index, Ipv4 address, const PingConfig& how,
                std::function<void(bool)> done) {
    auto& impl = *impl_;
    const auto sequence = impl.open() ? impl.free_sequence() : std::nullopt;
    if (!sequence) {
        ++impl.status.skipped;
        if (impl.socket && !std::exchange(impl.said_full, true))
            log(MessageId::DHCP4_PING_SKIPPED, {{"limit", std::uint64_t{probes_max}}});
        return false;
    }
    ++impl.status.looked;
    auto& probe =
        impl.probes
            .try_emplace(*sequence, Impl::Probe{interface_index, address, how, 0,
                                                boost::asio::steady_timer{impl.loop}, std::move(done)})
            .first->second;
    impl.send(*sequence, probe);
    impl.wait(*sequence, probe);
    return true;
}

const PingStatus& Ping::status() const {
    return impl_->status;
}

}  // namespace leasehold
