-- taxed_product(product): the product of a signal, with fentanyl as all goods: it is the reason for a tariff, not what is taxed.
create macro taxed_product(product) as
case when product = 'fentanyl' then '' else product end
