"""News about programmes, saved searches and baskets: who follows what, what happened, who must hear of it."""
