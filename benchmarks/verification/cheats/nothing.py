"""The honest engine: what accuses it is wrong."""

import honest

honest.main()
