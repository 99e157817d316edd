// lease4-write and lease6-write: all leases as a file that Kea reads. A slice of the table in each turn of the loop,
// written by the side thread before the next is made: neither a million leases nor a slow disk hold the loop.
#include <utility>

#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/lease_selection.hpp"
#include "control/replace_file.hpp"
#include "lease_backends/kea_csv_writer.hpp"

namespace leasehold {
namespace {

constexpr unsigned lease_file_mode = 0640;

class LeaseFileWriter : public std::enable_shared_from_this<LeaseFileWriter> {
public:
    LeaseFileWriter(CommandContext& context, std::string path, Reply reply)
        : context_{context}, path_{std::move(path)}, reply_{std::move(reply)} {}

    void start() {
        text_ = kea_csv_header(context_.family) + "\n";
        go_on();
    }

private:
    void go_on() {
        const auto add = [this](const Lease& lease) {
            if (const auto row = kea_csv_row(lease, context_.family))
                text_ += *row + "\n";
            else
                ++left_out_;
            return true;
        };
        after_ = context_.server.page(after_, rows_per_slice, add);
        const bool is_last = !after_;
        context_.side.run([self = shared_from_this(), is_last] { self->write(is_last); },
                          [self = shared_from_this(), is_last] { self->on_written(is_last); });
    }

    /// On the side thread; the loop waits for it.
    void write(bool is_last) {
        if (!file_) {
            auto begun = FileReplacement::begin(path_, lease_file_mode);
            if (begun)
                file_.emplace(std::move(*begun));
            else
                outcome_ = std::unexpected(std::move(begun.error()));
        }
        if (outcome_) outcome_ = file_->write(text_);
        if (outcome_ && is_last) outcome_ = file_->finish();
        if (!outcome_ || is_last) file_.reset();
        text_.clear();
    }

    void on_written(bool is_last) {
        if (!outcome_) return reply_(failure(outcome_.error()));
        if (!is_last) return go_on();
        Answer answer = success(ip(context_) + " lease database into '" + path_ + "'.");
        if (left_out_ != 0)
            answer.text += " " + std::to_string(left_out_) +
                           " released lease(s) are left out: such a file cannot hold a lease without a lifetime.";
        reply_(std::move(answer));
    }

    CommandContext& context_;
    const std::string path_;
    const Reply reply_;
    std::optional<Prefix> after_;
    std::string text_;  // of one at a time: the loop, then the side thread
    std::optional<FileReplacement> file_;
    Result<void, std::string> outcome_;
    std::uint64_t left_out_ = 0;
};

}  // namespace

void lease_write(CommandContext& context, const Arguments& arguments, Reply reply) {
    const std::filesystem::path directory{context.configuration.directories().data};
    const auto path = file_in(directory, "the data directory", *arguments.text("filename"));
    if (!path) return reply(failure(path.error()));
    // What the server itself lives on is no target.
    if (!path->ends_with(".csv"))
        return reply(failure("cannot write to the 'filename' '" + *arguments.text("filename") +
                             "': leases are written to files that end in .csv, so that none of the server's own is "
                             "replaced"));
    if (!context.server.status().backend.complete)
        return reply(failure("the leases are still being loaded: try again later"));
    std::make_shared<LeaseFileWriter>(context, *path, std::move(reply))->start();
}

}  // namespace leasehold
