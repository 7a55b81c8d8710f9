"""Pure decisions of the market: lives of listings and needs, prices, conditions. No database."""
