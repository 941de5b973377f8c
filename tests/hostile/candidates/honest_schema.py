"""An honest engine that keeps to schemas, as it is."""

import honest

honest.main()
