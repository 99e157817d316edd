// Any octets as a lease's user context: notes are read, written and corrected without an exception, and what
// was written is read back.
#include <string>
#include <string_view>

#include "dhcp/lease_context.hpp"
#include "tests/fuzz/fuzz_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace leasehold;
    using fuzz::require;
    const std::string_view context{reinterpret_cast<const char*>(data), size};
    read_notes(context);
    if (size > user_context_size_max / 2) return 0;  // what does not fit is left out

    const LeaseNotes notes{{"gold"}, {1, 1, 'x'}, {{1, {}, {}, {0, 18, 0, 1, 'x'}}}};
    const std::string written = with_notes(context, notes);
    require(written == context || read_notes(written) == notes, "what was written is read back");
    const LeaseNotes ended = read_notes(without_relay_notes(context));
    require(ended.relays.empty() && ended.relay_information.empty(), "an ended lease has no relays");
    const LeaseNotes none = read_notes(with_notes(context, {}));
    require(with_notes(context, {}) == context || none == LeaseNotes{}, "notes that were taken out are gone");

    for (const auto check :
         {ExtendedInfoCheck::fix, ExtendedInfoCheck::strict, ExtendedInfoCheck::pedantic}) {
        const auto corrected = corrected_context(context, check);
        require(!corrected || !corrected_context(*corrected, check), "once corrected it is right");
    }
    return 0;
}
