"""An honest engine that takes predictions and makes nothing of them."""

import honest

honest.main()
