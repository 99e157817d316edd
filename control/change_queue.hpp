// Changes of a family's configuration, one after the other: scripts and Terraform give such commands side by
// side, and each is made to what the one before has left. What a change does is configuration's part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "control/answer.hpp"

namespace leasehold {

struct ChangeStatus {
    bool under_way = false;
    std::size_t waiting = 0, waiting_max = 0;
    std::uint64_t refused = 0;  // commands that came when so many waited
    bool operator==(const ChangeStatus&) const = default;
};

/// Loop thread only. A change that waits is made even if the connection it came on has ended meanwhile: it was
/// accepted, and those behind it may rely on it.
class ChangeQueue {
public:
    using Done = std::function<void(Answer)>;
    /// Begins a change; calls what it is given once, when that has ended, well or not.
    using Begin = std::function<void(Done)>;
    static constexpr std::size_t commands_waiting_max = 64;

    explicit ChangeQueue(std::size_t waiting_max = commands_waiting_max) : waiting_max_{waiting_max} {}

    /// Begins it as soon as those before it have ended. Answers at once when too many wait, or after close().
    /// @param name  "subnet4-add", for answers
    void add(std::string_view name, Begin begin, Done done);

    /// As add(), for a signal, which cannot be refused: one that comes right behind another that waits is done
    /// with it, so that there are never more of these than commands beside them.
    void add_for_signal(Begin begin);

    /// The server stops: those that wait are answered, and not made. The one under way ends by itself.
    void close();
    bool closed() const { return closed_; }

    ChangeStatus status() const;

private:
    struct Change {
        std::string name;  // "": for a signal
        Begin begin;
        Done done;
    };
    void next();
    static Answer not_made(const std::string& name, std::string_view why);

    std::size_t waiting_max_;
    std::deque<Change> waiting_;
    std::size_t commands_waiting_ = 0;
    std::uint64_t refused_ = 0;
    bool under_way_ = false;
    bool closed_ = false;
};

}  // namespace leasehold
