// Boost.JSON's implementation, compiled once here so that nothing more than headers is needed. Who uses it:
// lease_context.
#include <boost/json/src.hpp>
