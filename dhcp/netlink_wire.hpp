// The grammar of netlink (netlink(7)): a chain of messages, each a struct and a chain of attributes, all in host byte
// order and padded to four octets. What they say is rtnetlink's and route_netlink's part.
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

namespace leasehold::netlink {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t aligned(std::size_t size) {
    return (size + NLMSG_ALIGNTO - 1) & ~std::size_t{NLMSG_ALIGNTO - 1};
}

/// Copies a kernel struct out of the octets, so that neither alignment nor length is taken for granted.
template <class T>
std::optional<T> struct_at(Bytes bytes) {
    if (bytes.size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

inline Bytes after(Bytes bytes, std::size_t size) {
    return bytes.subspan(std::min(aligned(size), bytes.size()));
}

/// Calls visit(type, value) for each attribute; stops at one whose length makes no sense.
template <class Visit>
void for_each_attribute(Bytes bytes, Visit visit) {
    while (const auto header = struct_at<rtattr>(bytes)) {
        if (header->rta_len < sizeof(rtattr) || header->rta_len > bytes.size()) return;
        visit(header->rta_type, bytes.first(header->rta_len).subspan(sizeof(rtattr)));
        bytes = after(bytes, header->rta_len);
    }
}

/// Calls visit(header, body) for each message. @return false: a length makes no sense, the rest was not read
template <class Visit>
bool for_each_message(Bytes datagram, Visit visit) {
    while (!datagram.empty()) {
        const auto header = struct_at<nlmsghdr>(datagram);
        if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) return false;
        visit(*header, datagram.first(header->nlmsg_len).subspan(sizeof(nlmsghdr)));
        datagram = after(datagram, header->nlmsg_len);
    }
    return true;
}

/// One message that is being made.
class Message {
public:
    template <class Body>
    Message(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, const Body& body) {
        nlmsghdr header{};
        header.nlmsg_type = type;
        header.nlmsg_flags = flags;
        header.nlmsg_seq = sequence;
        append(&header, sizeof header);
        append(&body, sizeof body);
    }
    template <class Value>
    void add(std::uint16_t type, const Value& value) {
        const rtattr header{.rta_len = static_cast<std::uint16_t>(sizeof(rtattr) + sizeof value), .rta_type = type};
        append(&header, sizeof header);
        append(&value, sizeof value);
    }
    std::vector<std::uint8_t> take() {
        const auto size = static_cast<std::uint32_t>(bytes_.size());
        std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_len), &size, sizeof size);
        return std::move(bytes_);
    }

private:
    void append(const void* value, std::size_t size) {
        const auto at = bytes_.size();
        bytes_.resize(at + aligned(size));
        std::memcpy(bytes_.data() + at, value, size);
    }
    std::vector<std::uint8_t> bytes_;
};

}  // namespace leasehold::netlink
